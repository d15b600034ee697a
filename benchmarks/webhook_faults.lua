-- Posts one review on and on, and prints what became of all of them.
local file = assert(io.open(os.getenv("REVIEW")))
local body = file:read("*a")
file:close()

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

request = function()
  return wrk.format(nil, nil, nil, body)
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %.3f\n", summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status, latency:percentile(99) / 1000))
end
