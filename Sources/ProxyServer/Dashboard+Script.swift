/// The dashboard's script. Totals come from `/metrics`, single decisions from `/events`; whatever they
/// say goes into the page as text, never as markup.

extension Dashboard {
    static let script = #"""
        "use strict";
        const $ = id => document.getElementById(id);
        const samples = 60, step = 2000, shown = 40, colours = 6;
        const labels = new Map(), sourceOrder = ["cache", "rule", "model", "llm", "default"];
        let last = null, paused = false, waiting = [];

        function make(tag, text, className) {
          const element = document.createElement(tag);
          if (text !== undefined) element.textContent = text;
          if (className) element.className = className;
          return element;
        }
        function drawing(tag, attributes) {
          const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
          for (const name in attributes) element.setAttribute(name, attributes[name]);
          return element;
        }
        const colour = index => `var(--s${index % colours})`;
        const whole = value => Math.round(value).toLocaleString("en");
        const rate = value => value >= 100 ? whole(value) : value.toFixed(1);
        const millis = value => value === null ? "–" : (value < 10 ? value.toFixed(2) : value.toFixed(0)) + " ms";
        function key(index) {
          const dot = make("span", "", "key");
          dot.style.background = colour(index);
          return dot;
        }

        function parse(text) {
          const found = { requests: new Map(), failed: 0, sources: new Map() };
          const sample = /^(slb_requests_total|slb_decisions_total)\{(.*)\} (\S+)/;
          const pair = /(\w+)="((?:[^"\\]|\\.)*)"/g;
          for (const line of text.split("\n")) {
            const match = sample.exec(line);
            if (!match) continue;
            const tags = {}, value = Number(match[3]);
            for (const [, name, quoted] of match[2].matchAll(pair))
              tags[name] = quoted.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
            const add = (map, name) => map.set(name, (map.get(name) || 0) + value);
            if (match[1] === "slb_requests_total") {
              add(found.requests, tags.label);
              if (/^5/.test(tags.status_code)) found.failed += value;
            } else add(found.sources, tags.source);
          }
          return found;
        }

        function labelOf(name) {
          if (!labels.has(name)) labels.set(name, { index: labels.size, total: 0, rates: [] });
          return labels.get(name);
        }
        function take(found) {
          const now = performance.now(), seconds = last ? (now - last.now) / 1000 : 0;
          let total = 0, before = 0;
          for (const [name, value] of found.requests) {
            labelOf(name).total = value;
            total += value;
          }
          for (const [name, label] of labels) {
            const earlier = last ? last.requests.get(name) || 0 : 0;
            before += earlier;
            if (last) label.rates.push(Math.max(0, label.total - earlier) / seconds);
            if (label.rates.length > samples) label.rates.shift();
          }
          $("rate").textContent = last ? rate(Math.max(0, total - before) / seconds) : "–";
          $("total").textContent = whole(total);
          $("failed").textContent = whole(found.failed);
          last = { now, requests: found.requests };
          showLabels();
          showSources(found.sources);
        }

        function showLabels() {
          const used = [...labels].filter(([, label]) => label.total > 0);
          if (!used.length) return;
          const top = Math.max(1, ...used.flatMap(([, label]) => label.rates));
          $("labels").replaceChildren(...used.map(([name, label]) => {
            const box = make("div"), row = make("div", undefined, "row"), title = make("span", undefined, "name");
            const current = label.rates.length ? rate(label.rates[label.rates.length - 1]) : "–";
            title.append(key(label.index), name === "none" ? "none (refused before a verdict)" : name);
            row.append(title, make("span", `${current}/s, ${whole(label.total)} in all`, "soft"));
            box.append(row, sparkline(label, top, `${name}: ${current} requests a second`));
            return box;
          }));
        }
        function sparkline(label, top, description) {
          const svg = drawing("svg", { viewBox: "0 0 240 44", preserveAspectRatio: "none", role: "img", "aria-label": description });
          const x = i => 240 - (label.rates.length - 1 - i) * 240 / (samples - 1);
          const points = label.rates.map((value, i) => `${x(i).toFixed(1)},${(41 - 38 * value / top).toFixed(1)}`);
          svg.append(drawing("path", { d: "M0 43.5H240", stroke: "var(--line)", "vector-effect": "non-scaling-stroke" }));
          if (points.length > 1) {
            const line = "M" + points.join("L");
            svg.append(drawing("path", { d: `${line}L240,43.5L${x(0).toFixed(1)},43.5Z`, fill: colour(label.index), opacity: 0.14 }));
            svg.append(drawing("path", { d: line, fill: "none", stroke: colour(label.index), "stroke-width": 2, "stroke-linejoin": "round", "vector-effect": "non-scaling-stroke" }));
          }
          return svg;
        }
        function showSources(sources) {
          const total = [...sources.values()].reduce((a, b) => a + b, 0);
          if (!total) return;
          const share = name => (sources.get(name) || 0) / total;
          $("cached").textContent = (100 * share("cache")).toFixed(share("cache") < 0.1 ? 1 : 0) + " %";
          const used = sourceOrder.filter(name => sources.get(name));
          $("split").replaceChildren(...used.map(name => {
            const part = make("i");
            part.style.background = colour(sourceOrder.indexOf(name));
            part.style.flexGrow = share(name);
            return part;
          }));
          $("sources").replaceChildren(...used.map(name => {
            const item = make("li"), title = make("span");
            title.append(key(sourceOrder.indexOf(name)), name);
            item.append(title, make("span", `${whole(sources.get(name))} (${(100 * share(name)).toFixed(1)} %)`, "soft"));
            return item;
          }));
        }

        async function askPools() {
          const answer = await (await fetch("/pools")).json();
          $("pools").replaceChildren(...answer.pools.map(pool => {
            const box = make("div"), list = make("ul");
            const from = pool.labels && pool.labels.length ? ` for ${pool.labels.join(", ")}` : "";
            box.append(make("div", pool.name, "name"), make("div", pool.balancing + from, "soft"));
            for (const endpoint of pool.endpoints)
              list.append(make("li", endpoint.url + (endpoint.available ? "" : ", unreachable"), endpoint.available ? "good" : "bad"));
            box.append(list);
            return box;
          }));
        }
        async function askReady() {
          const response = await fetch("/ready"), answer = await response.json();
          $("ready").className = response.ok ? "good" : "bad";
          $("ready").textContent = response.ok ? "ready" : answer.problems.join("; ");
        }
        async function ask() {
          if (document.hidden) return;
          try {
            take(parse(await (await fetch("/metrics")).text()));
            await askPools();
            await askReady();
          } catch {
            $("ready").className = "bad";
            $("ready").textContent = "slb does not answer";
          }
        }

        function decision(event) {
          const row = make("tr"), status = event.statusCode;
          const label = make("td");
          label.append(key(labelOf(event.label).index), event.label);
          row.append(
            make("td", new Date(event.timestamp).toLocaleTimeString("en-GB") + event.timestamp.slice(19, 23)), label,
            make("td", event.confidence.toFixed(2), "number"), make("td", event.source),
            make("td", `${(1000 * event.classifyLatencyMs).toFixed(0)} µs`, "number late"), make("td", millis(event.totalLatencyMs), "number"),
            make("td", status, status >= 500 ? "number failed" : "number"), make("td", event.upstreamUrl || "–", "late"));
          return row;
        }
        function showDecisions() {
          if (paused || document.hidden || !waiting.length) return;
          const body = $("decisions");
          for (const event of waiting) body.prepend(decision(event));
          while (body.rows.length > shown) body.deleteRow(-1);
          waiting = [];
        }
        function live(isLive) {
          $("live").className = isLive ? "good" : "bad";
          $("live").textContent = isLive ? "live" : "reconnecting…";
        }
        const events = new EventSource("/events");
        events.onopen = () => live(true);
        events.onerror = () => live(false);
        events.onmessage = message => {
          waiting.push(JSON.parse(message.data));
          if (waiting.length > shown) waiting.shift();
        };

        $("pause").onclick = () => {
          paused = !paused;
          $("pause").textContent = paused ? "Resume" : "Pause";
          $("pause").setAttribute("aria-pressed", paused);
        };
        $("classify").onsubmit = async submit => {
          submit.preventDefault();
          const asked = Object.fromEntries(new FormData(submit.target)), output = $("verdict");
          if (!asked.payload) delete asked.payload;
          try {
            const response = await fetch("/classify?explain=1", { method: "POST", body: JSON.stringify(asked) });
            const answer = await response.json();
            if (!response.ok) throw new Error(answer.error.message);
            const evidence = answer.evidence || {};
            const why = evidence.rule ? `rule ${evidence.rule}${evidence.builtin ? " (built in)" : ""}` : answer.source;
            output.replaceChildren(make("strong", answer.label), ` by ${why}, confidence ${answer.confidence.toFixed(2)}, in ${answer.latency_ms} ms`);
          } catch (error) {
            output.textContent = error.message;
          }
        };
        setInterval(showDecisions, 250);
        setInterval(ask, step);
        document.addEventListener("visibilitychange", ask);
        ask();

        """#
}
