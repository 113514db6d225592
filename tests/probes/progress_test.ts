import { assertEquals } from "@std/assert";
import { Progress, type ProgressEvent } from "../../probes/progress.ts";

/** A trace's steps and the milliseconds that pass before each. */
const STEPS: readonly (readonly [number, ProgressEvent])[] = [
  [0, { kind: "target", name: "guest", why: "not this machine: not root" }],
  [0, { kind: "phase", name: "prepare" }],
  [1500, { kind: "accelerator", name: "tcg", why: "there is no /dev/kvm" }],
  [0, { kind: "phase", name: "kernel" }],
  [2000, { kind: "note", text: "no image of tools" }],
  [40, { kind: "phase", name: "ready" }],
  [1000, { kind: "phase", name: "attach" }],
];

/** Everything that is shown for the steps, each piece as it is written. */
function shown(
  options: { columns: number | undefined; quiet: boolean },
): { written: string[]; phase: string } {
  const written: string[] = [];
  let now = 1e6;
  const progress = new Progress({
    ...options,
    write: (text) => written.push(text),
    now: () => now,
  });
  for (const [pause, event] of STEPS) {
    now += pause;
    progress.tell(event);
  }
  const { phase } = progress;
  now += 250;
  progress.finish();
  progress.finish();
  return { written, phase };
}

const CLEAR = "\r\x1b[2K";

Deno.test("Progress writes one line of phases over and over on a terminal", () => {
  assertEquals(shown({ columns: 80, quiet: false }).written, [
    "target: guest (not this machine: not root)\n",
    `${CLEAR}prepare ...`,
    `${CLEAR}accelerator: tcg (there is no /dev/kvm)\n`,
    `${CLEAR}prepare ...`,
    `${CLEAR}prepare 1.5s  kernel ...`,
    `${CLEAR}note: no image of tools\n`,
    `${CLEAR}prepare 1.5s  kernel ...`,
    `${CLEAR}prepare 1.5s  kernel 2.0s  ready ...`,
    `${CLEAR}prepare 1.5s  kernel 2.0s  ready 1.0s  attach ...`,
    `${CLEAR}prepare 1.5s  kernel 2.0s  ready 1.0s  attach 0.3s`,
    "\n",
  ]);
});

Deno.test("Progress drops what is oldest where the line would wrap", () => {
  const lines = (columns: number) =>
    shown({ columns, quiet: false }).written
      .filter((text) => text.startsWith(CLEAR) && !text.endsWith("\n"))
      .map((text) => text.slice(CLEAR.length));
  const whole = "prepare 1.5s  kernel 2.0s  ready 1.0s  attach ...";
  assertEquals(lines(whole.length + 1).at(-2), whole);
  assertEquals(lines(whole.length).at(-2), `...${whole.slice(4)}`);
  assertEquals(lines(30).at(-2), `...${whole.slice(-26)}`);
  // There are always 20 columns to write to.
  assertEquals(lines(0).at(-2), `...${whole.slice(-17)}`);
  for (const line of lines(30)) assertEquals(line.length < 30, true, line);
});

Deno.test("Progress writes only what is worth a line of a log elsewhere", () => {
  assertEquals(shown({ columns: undefined, quiet: false }).written, [
    "target: guest (not this machine: not root)\n",
    "accelerator: tcg (there is no /dev/kvm)\n",
    "note: no image of tools\n",
  ]);
});

Deno.test("Progress writes nothing when it is told to be quiet", () => {
  assertEquals(shown({ columns: 80, quiet: true }).written, []);
  assertEquals(shown({ columns: undefined, quiet: true }).written, []);
});

Deno.test("Progress knows its phase, shown or not", () => {
  assertEquals(shown({ columns: 80, quiet: false }).phase, "attach");
  assertEquals(shown({ columns: undefined, quiet: true }).phase, "attach");
});

Deno.test("Progress shows how far a phase is, and not more often than can be read", () => {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress({
    columns: 80,
    quiet: false,
    write: (text) => written.push(text),
    now: () => now,
  });
  const detail = (after: number, text: string): void => {
    now += after;
    progress.tell({ kind: "detail", text });
  };
  progress.tell({ kind: "phase", name: "configure" });
  detail(500, "a");
  detail(10, "b");
  detail(10, "c");
  detail(200, "d");
  progress.tell({ kind: "phase", name: "build" });
  assertEquals(written, [
    `${CLEAR}configure ...`,
    `${CLEAR}configure ... (a)`,
    `${CLEAR}configure ... (d)`,
    `${CLEAR}configure 0.7s  build ...`,
  ]);
});
