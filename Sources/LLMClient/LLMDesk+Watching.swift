/// Readiness: the errands of `Watch`, one after the other, and what their ends mean.

import Vocabulary

extension LLMDesk {
    /// Gives up an errand whose time is over; begins the next one that is due.
    func advanceWatch(now: Instant) {
        if let deadline = watch.deadline, deadline <= now {
            loop.cancel(watch.transfer, now: now)
            finishWatch(.failed(.timeout), now: now)
        }
        guard watch.errand == nil, watch.next <= now else { return }
        run(readiness == .ready || readiness == .resting ? .loaded : .models, now: now)
    }

    /// The model is wanted again.
    func wakeModel(now: Instant) {
        if watch.errand != nil {
            loop.cancel(watch.transfer, now: now)
            watch.errand = nil
        }
        run(.warmUp, now: now)
    }

    /// A question has found out that the model is gone.
    func missModel(now: Instant) {
        become(.modelMissing)
        flush(.modelMissing, now: now)
        if watch.errand == nil { watch.next = now + options.watchInterval }
    }

    func finishWatch(_ ending: Transfer.Ending, now: Instant) {
        guard let errand = watch.errand else { return }
        watch.errand = nil
        watch.deadline = nil
        watch.next = now + options.watchInterval
        switch errand {
        case .models: finishModels(ending, now: now)
        case .warmUp: finishWarmUp(ending, now: now)
        case .loaded: finishLoaded(ending, now: now)
        }
    }

    private func run(_ errand: Watch.Errand, now: Instant) {
        let isPrepared =
            switch errand {
            case .models: watch.transfer.prepare(.get, url: options.address(of: "/api/tags"))
            case .loaded: watch.transfer.prepare(.get, url: options.address(of: "/api/ps"))
            case .warmUp: watch.transfer.prepare(.post(prompt.warmUp), url: chatURL)
            }
        if errand == .warmUp { become(.loading) }
        watch.errand = errand
        let patience = errand == .warmUp ? options.warmUpTimeout : Watch.listTimeout
        watch.deadline = now + patience
        guard isPrepared, loop.start(watch.transfer, now: now) else {
            return finishWatch(.failed(.connectError), now: now)
        }
    }

    private func finishModels(_ ending: Transfer.Ending, now: Instant) {
        switch ending {
        case .failed(let outcome): lose(outcome.name, now: now)
        case .status(let status) where status >= 500 || status == 401 || status == 403:
            lose("status \(status)", now: now)
        case .status(200) where Watch.lists(options.model, in: watch.transfer.reply) == false:
            become(.modelMissing)
        // A server of another kind may have no such list: asking it to load the model tells.
        case .status: run(.warmUp, now: now)
        }
    }

    private func finishWarmUp(_ ending: Transfer.Ending, now: Instant) {
        switch ending {
        case .failed(let outcome): lose(outcome.name, now: now)
        case .status(404) where Watch.saysModelIsMissing(watch.transfer.reply): become(.modelMissing)
        case .status(let status) where status >= 400 && status != 400:
            lose("status \(status)", now: now)
        // 400: there, but it wants messages. The first question will load the model.
        case .status:
            watch.pause = Watch.firstPause
            watch.misses = 0
            become(.ready)
        }
    }

    private func finishLoaded(_ ending: Transfer.Ending, now: Instant) {
        switch ending {
        case .failed(.connectError): lose(LLMOutcome.connectError.name, now: now)
        case .failed(let outcome):
            watch.misses += 1
            if watch.misses > Watch.missesAllowed { lose(outcome.name, now: now) }
        case .status(let status):
            watch.misses = 0
            guard status == 200, !options.unloadsAtOnce, !isAsking,
                let isLoaded = Watch.lists(options.model, in: watch.transfer.reply)
            else { return }
            become(isLoaded ? .ready : .resting)
        }
    }

    /// The server cannot be used; it is looked for at growing intervals.
    private func lose(_ reason: String, now: Instant) {
        watch.next = now + watch.pause
        watch.pause = min(
            Interval(nanoseconds: watch.pause.nanoseconds &* 2),
            max(options.watchInterval, Watch.firstPause))
        watch.misses = 0
        become(.unreachable, because: reason)
    }

    private func become(_ state: LLMReadiness, because reason: String = "") {
        guard state != readiness else { return }
        // Loading after being away is no news until it has ended.
        let isNews = state != .loading && state != .resting && !(state == .ready && readiness == .resting)
        readiness = state
        if isNews { notices.append(notice(of: state, reason)) }
    }

    private func notice(of state: LLMReadiness, _ reason: String) -> LLMNotice {
        switch state {
        case .modelMissing:
            LLMNotice(
                isWarning: true,
                text: "the LLM server at \(options.url) does not have the model '\(options.model)': run "
                    + "`ollama pull \(options.model)` there, or name another in classifier.llm.model")
        case .unreachable:
            LLMNotice(
                isWarning: true,
                text: "the LLM server at \(options.url) cannot be used (\(reason)); requests are routed "
                    + "without it, and it is tried again")
        default:
            LLMNotice(
                isWarning: false,
                text: "the LLM '\(options.model)' at \(options.url) is \(state.name)")
        }
    }
}
