-- What wrk sends: `wrk … -s load.lua URL -- VERB CONNECTION TARGETS MARK FILTERS PREFIX`.
-- TARGETS is a file of lines "subdomain token customer_id service_id"; requests go through it from a random line on.
local requests, position, verb, mark, filters, prefix, headers = {}, 0, nil, nil, nil, nil, {}

local function build(subdomain, token, customer, service)
  local all = { Host = subdomain .. ".example.com", Authorization = "Bearer " .. token,
                Connection = headers.connection }
  local paths = {
    list = prefix .. "/customers?limit=50",
    ["filtered-list"] = prefix .. "/customers?" .. filters,
    get = prefix .. "/customers/" .. customer,
    ["get-with-relations"] = prefix .. "/services/" .. service .. "/history",
  }
  if paths[verb] then return wrk.format("GET", paths[verb], all) end
  all["Content-Type"] = "application/json"
  return all
end

function init(args)
  verb, mark, filters, prefix = args[1], args[4], args[5], args[6]
  headers.connection = args[2]
  for line in io.lines(args[3]) do
    requests[#requests + 1] = build(line:match("(%S+) (%S+) (%S+) (%S+)"))
  end
  math.randomseed(os.time())
  position = math.random(#requests)
end

function request()
  position = position + 1
  local found = requests[position % #requests + 1]
  if verb ~= "create" then return found end
  local body = string.format(
    '{"name": "Customer %d", "email": "load-%s-%d@example.com", "phone": "+49 30 1234567", ' ..
    '"notes": "Met at the fair; wants an offer for %d pieces."}', position, mark, position, position)
  return wrk.format("POST", prefix .. "/customers", found, body)
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format("RESULT %d %d %d %.1f\n", summary.requests, summary.duration,
    failed.status + failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50)))
end
