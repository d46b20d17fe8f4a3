-- PATCH the tasks named as arguments, one after the other, each time under a
-- key of its own.
local tasks, n, run = {}, 0, 0

function init(args)
	for i = 1, #args do tasks[i] = args[i] end
	math.randomseed(os.time())
	run = math.random(1, 1000000000)
	wrk.method = "PATCH"
	wrk.headers["Content-Type"] = "application/json"
	wrk.headers["If-Match"] = "*"
	wrk.body = '{"expected_output":"Báo cáo, có số liệu"}'
end

function request()
	n = n + 1
	wrk.headers["Idempotency-Key"] = run .. "-" .. n
	return wrk.format(nil, "/v1/tasks/" .. tasks[n % #tasks + 1])
end
