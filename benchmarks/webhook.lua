-- Posts the reviews of the files that the environment names, in turn, and prints one line of figures.
local bodies = {}
for name in os.getenv("REVIEWS"):gmatch("[^:]+") do
  local file = assert(io.open(name))
  bodies[#bodies + 1] = file:read("*a")
  file:close()
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local turn = 0

request = function()
  turn = turn + 1
  return wrk.format(nil, nil, nil, bodies[turn % #bodies + 1])
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("figures %.1f %.3f %.3f %d %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, summary.requests))
end
