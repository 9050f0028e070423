-- One request shape for wrk, chosen by arguments after "--":
--   METHOD PATH BODY SEED
-- BODY is none, chat (300 bytes of JSON), chat-unique (the same, no two alike) or a number of bytes.
-- At the end it prints the counts as one line of JSON that starts with "bench:".

local CHAT_BYTES = 300
local chat_head = '{"model":"small","max_tokens":64,"messages":[{"role":"user","content":"'
local chat_tail = '"}]}'
local chat_text = " Say in one sentence what a reverse proxy is for and when it is worth having one."

local function chat(number)
  local text = string.format("%015.0f", number) .. chat_text
  local room = CHAT_BYTES - #chat_head - #chat_tail
  text = (text .. string.rep(" Please.", 40)):sub(1, room)
  return chat_head .. text .. chat_tail
end

function init(args)
  wrk.method, wrk.path = args[1], args[2]
  local body, seed = args[3], tonumber(args[4])
  if body == "none" then return end
  if body == "chat" or body == "chat-unique" then
    wrk.headers["Content-Type"] = "application/json"
    wrk.body = chat(seed)
    if body == "chat-unique" then
      request = function()
        seed = seed + 1
        return wrk.format(nil, nil, nil, chat(seed))
      end
    end
  else
    wrk.headers["Content-Type"] = "application/octet-stream"
    wrk.body = string.rep("0123456789abcdef", tonumber(body) / 16)
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'bench:{"requests":%d,"microseconds":%d,"bytes":%.0f,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d,"p50_us":%.0f,"p99_us":%.0f}\n',
    summary.requests, summary.duration, summary.bytes, e.connect, e.read, e.write, e.status,
    e.timeout, latency:percentile(50), latency:percentile(99)))
end
