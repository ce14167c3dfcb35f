// Reads an iCalendar file from standard input with ical.js and prints its events
// as JSON: uid, start, end, sequence, status and summary.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const ICAL = (await import(createRequire(process.cwd() + "/").resolve("ical.js"))).default;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((c) => {
  const e = new ICAL.Event(c);
  const time = (t) => (t.isDate ? t.toString() : t.toJSDate().toISOString().replace(".000", ""));
  return { uid: e.uid, start: time(e.startDate), end: time(e.endDate), sequence: Number(e.sequence), status: String(c.getFirstPropertyValue("status") ?? ""), summary: e.summary };
});
console.log(JSON.stringify(events));
