// grammY: `node grammy.mjs job.json [loop]`, started in the folder that holds its node_modules.
//
// Without `loop`: the throttler and auto-retry, both with their documented defaults, and all messages handed over at
// once. With `loop`: auto-retry alone and one message after another, which is what grammY's page on flood limits
// advises for broadcasts.
//
// Order: the throttler has a queue for each chat that runs one call at a time, and Bottleneck promises that a queue's
// jobs run in the order they came. The pages leave open which plugin goes first. Auto-retry does here, hence within
// the throttler, so that a retry keeps its chat's turn and nothing needs to be awaited. The other way around a retry
// queues up behind its chat's later messages; with each chat awaited in order that was no faster on narrow jobs.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

// The libraries lie in the environment, not beside this file.
const load = createRequire(join(process.cwd(), "package.json"));
const { Bot } = load("grammy");
const { autoRetry } = load("@grammyjs/auto-retry");
const { apiThrottler } = load("@grammyjs/transformer-throttler");

const PACKAGES = ["grammy", "@grammyjs/auto-retry", "@grammyjs/transformer-throttler", "bottleneck"];

const [, , path, mode] = process.argv;
const loop = mode === "loop";
const job = JSON.parse(await readFile(path, "utf8"));

// grammY's own HTTP agent keeps connections alive and sets no bound to them.
const bots = job.bots.map(({ token }) => {
  const bot = new Bot(token, { client: { apiRoot: job.api_base } });
  bot.api.config.use(autoRetry());
  if (!loop) bot.api.config.use(apiThrottler());
  return bot;
});
// getMe: it opens the first connection too.
await Promise.all(bots.map((bot) => bot.init()));

const startedAt = Date.now() / 1000;
const started = performance.now();
const cpu = process.cpuUsage();
const tallies = bots.map(() => ({ delivered: 0, failed: 0, errors: {}, seconds: 0 }));

// Read as a file, for packages may export nothing but their code.
async function version(name) {
  return JSON.parse(await readFile(join(process.cwd(), "node_modules", name, "package.json"), "utf8")).version;
}

async function deliver(bot, { chat_id, text }, tally) {
  try {
    await bot.api.sendMessage(chat_id, text);
    tally.delivered += 1;
  } catch (error) {
    const kind = error.error_code ? `${error.name} ${error.error_code}` : error.name;
    tally.errors[kind] = (tally.errors[kind] ?? 0) + 1;
    tally.failed += 1;
  }
  tally.seconds = (performance.now() - started) / 1000;
}

async function sendAll(bot, messages, tally) {
  if (!loop) {
    await Promise.all(messages.map((message) => deliver(bot, message, tally)));
    return;
  }
  for (const message of messages) await deliver(bot, message, tally);
}

const all = Promise.all(bots.map((bot, index) => sendAll(bot, job.bots[index].messages, tallies[index])));
const limit = new Promise((resolve) => setTimeout(resolve, job.time_limit_s * 1000));
await Promise.race([all, limit]);

const { user, system } = process.cpuUsage(cpu);
const versions = Object.fromEntries(await Promise.all(PACKAGES.map(async (name) => [name, await version(name)])));
const result = {
  peer: loop ? "grammy-loop" : "grammy",
  versions: { node: process.versions.node, ...versions },
  started_at: startedAt,
  cpu_s: (user + system) / 1e6,
  bots: tallies,
};
// Queues and timers that are left would keep the process alive.
process.stdout.write(JSON.stringify(result), () => process.exit(0));
