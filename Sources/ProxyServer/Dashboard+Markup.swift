/// What the dashboard's page is made of: its style and its elements, empty until the script fills them.

extension Dashboard {
    static let style = #"""
        :root {
          --page: #f6f6f4; --card: #ffffff; --ink: #17181a; --soft: #5c5f66; --line: #e2e2de;
          --good: #0b7a3b; --bad: #b3261e; --focus: #1d5fc4;
          --s0: #2a78d6; --s1: #c8501e; --s2: #12875f; --s3: #8a4fc7; --s4: #a8780a; --s5: #c2417c;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #131416; --card: #1c1e21; --ink: #ececea; --soft: #a3a6ad; --line: #33363b;
            --good: #4cc38a; --bad: #ff8a80; --focus: #7fb2ff;
            --s0: #5b9df0; --s1: #f0875a; --s2: #3fbf90; --s3: #b78bea; --s4: #d9ab3e; --s5: #ee7fae;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums;
        }
        header, main { max-width: 1180px; margin: 0 auto; padding: 16px; }
        header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: baseline; padding-bottom: 0; }
        h1 { font-size: 22px; margin: 0; }
        h2 { font-size: 15px; margin: 0 0 10px; }
        header p { margin: 0; color: var(--soft); }
        header p:last-child { margin-left: auto; }
        .good::before, .bad::before {
          content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 50%;
          margin-right: 6px; background: var(--good);
        }
        .bad::before { background: var(--bad); border-radius: 2px; }
        main { display: grid; gap: 12px; grid-template-columns: repeat(12, minmax(0, 1fr)); }
        section {
          background: var(--card); border: 1px solid var(--line); border-radius: 10px;
          padding: 14px 16px; grid-column: span 12; min-width: 0;
        }
        .figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; }
        .figures div { display: flex; flex-direction: column-reverse; }
        .figures dt, .soft, th { color: var(--soft); font-size: 13px; font-weight: 400; }
        .figures dd { margin: 0; font-size: 24px; font-weight: 600; }
        dl { margin: 0; }
        #labels, #pools { display: grid; gap: 14px 24px; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); }
        .row { display: flex; justify-content: space-between; gap: 8px; align-items: baseline; }
        .name { font-weight: 600; overflow-wrap: anywhere; }
        .key { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 7px; }
        svg { display: block; width: 100%; height: 44px; margin-top: 4px; }
        .bar { display: flex; gap: 2px; height: 14px; margin: 4px 0 10px; }
        .bar i { border-radius: 3px; min-width: 3px; }
        ul { list-style: none; margin: 0; padding: 0; }
        #sources li { display: flex; justify-content: space-between; padding: 2px 0; }
        #pools li { overflow-wrap: anywhere; padding: 2px 0; font-size: 14px; }
        form { display: grid; gap: 8px; grid-template-columns: 110px minmax(0, 1fr); }
        label { display: grid; gap: 2px; font-size: 13px; color: var(--soft); }
        .wide { grid-column: 1 / -1; }
        input, select, textarea, button {
          font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--line);
          border-radius: 6px; padding: 7px 9px; width: 100%;
        }
        textarea { min-height: 84px; resize: vertical; font: 13px/1.4 ui-monospace, monospace; }
        button { width: auto; cursor: pointer; padding: 7px 16px; }
        form button { background: var(--focus); border-color: var(--focus); color: var(--card); font-weight: 600; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
        output { display: block; margin-top: 10px; overflow-wrap: anywhere; min-height: 1.5em; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 14px; }
        th, td { text-align: left; padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
        .number { text-align: right; }
        .failed { color: var(--bad); font-weight: 600; }
        @media (min-width: 800px) { .half { grid-column: span 6; } .third { grid-column: span 4; } .rest { grid-column: span 8; } }
        @media (max-width: 560px) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); } .late { display: none; } }

        """#

    static let body = #"""
        <body>
        <header>
          <h1>slb</h1>
          <p id="ready" role="status">asking…</p>
          <p id="live" role="status">connecting…</p>
        </header>
        <main>
          <section aria-label="Traffic">
            <dl class="figures">
              <div><dt>requests a second</dt><dd id="rate">–</dd></div>
              <div><dt>requests so far</dt><dd id="total">–</dd></div>
              <div><dt>answered with 5xx</dt><dd id="failed">–</dd></div>
              <div><dt>decisions from cache</dt><dd id="cached">–</dd></div>
            </dl>
          </section>
          <section class="rest" aria-labelledby="labels-title">
            <h2 id="labels-title">Requests a second by label, last two minutes</h2>
            <div id="labels"><p class="soft">No label has had a request yet.</p></div>
          </section>
          <section class="third" aria-labelledby="sources-title">
            <h2 id="sources-title">Who decided</h2>
            <div class="bar" id="split" aria-hidden="true"></div>
            <ul id="sources"><li class="soft">No decisions yet.</li></ul>
          </section>
          <section class="half" aria-labelledby="pools-title">
            <h2 id="pools-title">Pools</h2>
            <div id="pools"></div>
          </section>
          <section class="half" aria-labelledby="classify-title">
            <h2 id="classify-title">Ask for a verdict</h2>
            <form id="classify">
              <label>Method
                <select name="method"><option>POST</option><option>GET</option><option>PUT</option><option>DELETE</option><option>HEAD</option><option>OPTIONS</option></select>
              </label>
              <label>Path <input name="path" value="/v1/chat/completions" spellcheck="false"></label>
              <label class="wide">Content type <input name="content_type" value="application/json" spellcheck="false"></label>
              <label class="wide">Body <textarea name="payload" spellcheck="false">{"messages":[{"role":"user","content":"Hi!"}],"max_tokens":16}</textarea></label>
              <div><button>Classify</button></div>
            </form>
            <output id="verdict" form="classify" aria-live="polite"></output>
          </section>
          <section aria-labelledby="decisions-title">
            <div class="row">
              <h2 id="decisions-title">Decisions</h2>
              <button id="pause" type="button" aria-pressed="false">Pause</button>
            </div>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="decisions-title">
              <table>
                <thead><tr>
                  <th scope="col">Time</th><th scope="col">Label</th><th scope="col" class="number">Confidence</th>
                  <th scope="col">Source</th><th scope="col" class="number late">Decided in</th>
                  <th scope="col" class="number">Took</th><th scope="col" class="number">Status</th><th scope="col" class="late">Upstream</th>
                </tr></thead>
                <tbody id="decisions"></tbody>
              </table>
            </div>
          </section>
        </main>

        """#
}
