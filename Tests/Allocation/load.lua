-- Requests for wrk, by arguments after "--": get | post | post-unique, then a number to start from.
-- At the end it prints how many were answered and how many failed.

function init(arguments)
  local kind, number = arguments[1], tonumber(arguments[2])
  wrk.path = "/v1/notes?limit=20"
  if kind == "get" then return end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  local format = '{"title":"note %015.0f","text":"' .. string.rep("All is well. ", 20) .. '"}'
  wrk.body = string.format(format, number)
  if kind == "post-unique" then
    request = function()
      number = number + 1
      return wrk.format(nil, nil, nil, string.format(format, number))
    end
  end
end

function done(summary)
  local e = summary.errors
  io.write(string.format("answered %d failed %d\n", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
