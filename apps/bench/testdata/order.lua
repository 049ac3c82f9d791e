-- Orders of one item each, every one under a key of its own. The argument tells rounds apart.
local round, number = "", 0

function init(arguments) round = arguments[1] end

function request()
  number = number + 1
  local headers = { ["Content-Type"] = "application/json", ["Idempotency-Key"] = "bench-" .. round .. "-" .. number }
  local body = '{"customer":"Ann","items":[{"product_id":' .. math.random(1, 100) .. ',"quantity":1}]}'
  return wrk.format("POST", "/api/orders", headers, body)
end
