/*
 * A plan's way from its import to the acceptance of a task, walked by four
 * people with a client whose types are the document's. What the document does
 * not have does not compile: the lines under ts-expect-error must not.
 *
 *	node journey.js URL PLAN.json ACCOUNTS.json
 */
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "camket";
import { readFileSync } from "node:fs";

type Task = components["schemas"]["Task"];
type Plan = components["schemas"]["Plan"];
type Import = paths["/v1/plans/import"]["post"]["requestBody"]["content"]["application/json"];

const [url, planFile, accountsFile] = process.argv.slice(2) as [string, string, string];
const passwords: Record<string, string> = JSON.parse(readFileSync(accountsFile, "utf8"));

/* The answer, or what the problem says. */
function got<T>(r: { data?: T; error?: unknown; response: Response }): T {
	if (r.data === undefined)
		throw new Error(`${r.response.url}: ${r.response.status} ${JSON.stringify(r.error)}`);
	return r.data;
}

async function signIn(username: string): Promise<Client<paths>> {
	const client = createClient<paths>({ baseUrl: url });
	const token = got(await client.POST("/v1/auth/login", {
		body: { username, password: passwords[username] ?? "" },
	}));
	client.use({
		onRequest({ request }) {
			request.headers.set("Authorization", `Bearer ${token.access_token}`);
			return request;
		},
	});
	return client;
}

/* What every verb of an item takes: which one, and the version one has seen. */
const at = (item: { id: string; version: number }) => ({
	path: { id: item.id },
	header: { "If-Match": `"v${item.version}"` },
});

function must(is: string, wanted: string): void {
	if (is !== wanted)
		throw new Error(`${is} where ${wanted} is due`);
}

const [office, chair, head, doer] = await Promise.all(
	["office1", "chair", "head.office", "office2"].map(signIn)) as
	[Client<paths>, Client<paths>, Client<paths>, Client<paths>];

/* The office brings the plan in and hands it up; the chair issues it. */
const text = JSON.parse(readFileSync(planFile, "utf8")) as Import;
const imported = got(await office.POST("/v1/plans/import", { body: text }));
if (!("id" in imported))
	throw new Error("a dry run that nobody asked for");
let plan: Plan = got(await office.GET("/v1/plans/{id}", {
	params: { path: { id: imported.id } },
}));
must(plan.status, "draft");
plan = got(await office.POST("/v1/plans/{id}/submit", { params: at(plan), body: {} }));
/* To sign, one shows who one is once more. */
got(await chair.POST("/v1/auth/step-up", { body: { password: passwords["chair"] ?? "" } }));
plan = got(await chair.POST("/v1/plans/{id}/issue", {
	params: at(plan), body: { issued_on: "2024-01-15" },
}));
plan = got(await chair.POST("/v1/plans/{id}/activate", { params: at(plan), body: {} }));
must(plan.status, "in_force");

/* The head gives the unit's task to somebody, who does it; it is accepted. */
const tasks = got(await head.GET("/v1/plans/{id}/tasks", {
	params: { path: { id: plan.id }, query: { sort: "code", limit: 200 } },
})).items;
const found = tasks.find((t) => t.code === "II.2");
if (found === undefined)
	throw new Error("the plan has lost a task");
let task: Task = got(await head.POST("/v1/tasks/{id}/assign", {
	params: at(found), body: { lead: { staff_code: "office2" } },
}));
must(task.lead?.code ?? "", "office2");
task = got(await doer.POST("/v1/tasks/{id}/complete", {
	params: at(task), body: { result: "Đã tổ chức, có báo cáo kèm theo" },
}));
must(task.status, "done");
task = got(await head.POST("/v1/tasks/{id}/accept", { params: at(task), body: {} }));
must(task.status, "accepted");

/* A refusal is of the documented kind, too. */
const late = await head.POST("/v1/tasks/{id}/accept", { params: at(found), body: {} });
must(late.error?.code ?? "none", "stale_version");

/* What is no part of the document is no program. */
export async function wrong(): Promise<void> {
	// @ts-expect-error: no such path
	await office.GET("/v1/nothing");
	// @ts-expect-error: no such order
	await office.GET("/v1/tasks", { params: { query: { sort: "colour" } } });
	// @ts-expect-error: a verb needs the version one has seen
	await office.POST("/v1/plans/{id}/submit", { params: { path: { id: plan.id } } });
	// @ts-expect-error: a title is text
	await office.POST("/v1/tasks", { body: { title: 1 } });
	// @ts-expect-error: no such member
	must(task.colour, "red");
	// @ts-expect-error: no such status
	must(plan.status === "burnt" ? "a" : "b", "b");
}

console.log(JSON.stringify({ plan: plan.id, task: task.id, version: task.version }));
