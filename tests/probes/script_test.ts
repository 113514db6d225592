import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { KernelFacts } from "../../probes/kernel.ts";
import { makePlan, type PlanWish } from "../../probes/plan.ts";
import { renderScript } from "../../probes/script/program.ts";
import { factsNames, readFacts, renamed } from "../support/facts.ts";

/**
 * The program expected for each kernel lies in fixtures/scripts. After a change that is meant,
 * `UPDATE_SCRIPTS=1` in the environment of this test writes them anew, to be read before they are
 * committed.
 */
const FOLDER = new URL("../fixtures/scripts/", import.meta.url);
const UPDATE = Deno.env.get("UPDATE_SCRIPTS") === "1";

/** One of each shape: by kprobes and with page_ref, by fentry, with a put in a put, for a new bpftrace. */
const KEPT = ["5.10.223", "6.1.0-56-amd64", "6.12.118+deb13-amd64", "7.3.4+deb13-amd64"];

function programFor(facts: KernelFacts, wish: PlanWish = { putsOf: "all" }): string {
  const { release, bpftrace } = facts;
  return renderScript(makePlan(facts, wish), { release, headcount: "0.2.0", bpftrace });
}

async function kept(name: string, program: string): Promise<string> {
  const url = new URL(`${name}.bt`, FOLDER);
  if (UPDATE) await Deno.writeTextFile(url, program);
  return await Deno.readTextFile(url);
}

for (const name of KEPT) {
  Deno.test(`renderScript() writes the program that is kept for ${name}`, async () => {
    const program = programFor(await readFacts(name));
    assertEquals(program, await kept(name, program));
  });
}

Deno.test("renderScript() writes for a new bpftrace what is kept for 0.27", async () => {
  const facts = { ...await readFacts("7.3.4+deb13-amd64"), bpftrace: "0.27.1" };
  const program = programFor(facts);
  assertEquals(program, await kept("7.3.4+deb13-amd64-bpftrace-0.27", program));
  assertEquals(program.match(/\bk(ret)?func:/g), null);
});

for (const name of await factsNames()) {
  Deno.test(`renderScript() keeps lines within 120 columns for ${name}`, async () => {
    const long = programFor(await readFacts(name)).split("\n").filter((line) => line.length > 120);
    assertEquals(long, []);
  });
}

Deno.test("renderScript() leaves out what a plan does not probe", async () => {
  const facts = await readFacts("7.3.4+deb13-amd64");
  const plan = makePlan(facts, { putsOf: "all" });
  const { entry } = plan.functions;
  const program = renderScript(
    { ...plan, functions: entry === undefined ? {} : { entry } },
    { release: facts.release, headcount: "0.2.0", bpftrace: facts.bpftrace },
  );
  assertEquals(program.match(/^k\w+:.*$/gm), [
    "kfunc:gup_fast_fallback",
    "kretfunc:gup_fast_fallback",
  ]);
});

Deno.test("renderScript() keeps to pages of the device where others put as well", async () => {
  const facts = await readFacts("6.1.0-56-amd64");
  const within = "if ($pfn >= (uint64)$2 && $pfn < (uint64)$3) {";
  assertStringIncludes(programFor(facts, { putsOf: "device" }), within);
  assertEquals(programFor(facts).includes(within), false);
  // Of any memory, those are kept to that a call makes itself.
  const inside = "$c = @call[tid];\n  if ($c & 1) {\n    $refs";
  assertStringIncludes(programFor(facts, { putsOf: "device", scope: "process" }), inside);
});

Deno.test("renderScript() looks at the pages that a call hands back only if it is asked to", async () => {
  for (const name of ["5.10.223", "7.3.4"]) {
    const facts = await readFacts(name);
    const plain = programFor(facts);
    assertEquals(plain.includes("@array") || plain.includes("while"), false);
    const program = programFor(facts, { putsOf: "all", checkPages: true });
    assertStringIncludes(program, "@array[tid] = arg3;");
    assertStringIncludes(program, "while ($at < $pages && $at < 1024) {");
  }
});

Deno.test("renderScript() counts calls by stack only if it is asked to", async () => {
  for (const name of await factsNames()) {
    const facts = await readFacts(name);
    assertEquals(programFor(facts).includes("stack"), false);
    const program = programFor(facts, { putsOf: "all", stacks: true });
    // By gup-fast, and by the slow path alone where that can be probed.
    const ends = makePlan(facts, { putsOf: "all" }).functions.slowPath === undefined ? 1 : 2;
    assertEquals(program.match(/@stack\[tid\] = kstack;/g)?.length, ends);
    assertEquals(
      program.match(/@stack_pages\[@stack\[tid\], tid, comm\] = sum\(\$pages\);/g)?.length,
      ends,
    );
    // What is left in it would be printed, stack by stack.
    assertStringIncludes(program, "END\n{\n  clear(@stack);\n}");
  }
});

Deno.test("renderScript() reads arguments of a clone by register", async () => {
  const facts = renamed(
    await readFacts("6.1.0-56-amd64"),
    "try_grab_folio",
    "try_grab_folio.isra.0",
  );
  const program = programFor(facts);
  assertStringIncludes(
    program,
    "kprobe:try_grab_folio.isra.0\n{\n  $page = arg0;\n",
  );
});

Deno.test("renderScript() does not count a grab inside another one again", async () => {
  // try_grab_page() called try_grab_compound_head() in early 5.15 and 5.16, which have BTF ids.
  const old = await readFacts("5.10.0-46-amd64");
  const facts = { ...old, symbols: { ...old.symbols, btf_module_notify: 1 } };
  const probe = (program: string, name: string): string =>
    program.split("\n\n").find((it) => it.startsWith(name)) ?? "";
  const nested = programFor(facts);
  assertStringIncludes(probe(nested, "kfunc:try_grab_page"), "@inner[tid] = (uint64)1;");
  assertStringIncludes(probe(nested, "kretfunc:try_grab_page"), "@inner[tid] = (uint64)0;");
  assertStringIncludes(probe(nested, "kretfunc:try_grab_compound_head"), "\n/!@inner[tid]/\n");
  // Older kernels have neither; where it has another name nothing runs inside it.
  assert(!programFor(old).includes("@inner"));
  assert(!programFor(await readFacts("6.1.0-56-amd64")).includes("@inner"));
});

Deno.test("renderScript() probes what runs for each page at its entry alone without fentry", async () => {
  const program = programFor(await readFacts("5.10.223"));
  assertEquals(program.match(/^kretprobe:.*(grab|device|gup_)\w*$/gm), null);
  assertEquals(program.includes("refused %d"), false);
});

Deno.test("renderScript() does not count a put inside an unpin of the same folio again", async () => {
  const program = programFor(await readFacts("6.12.118+deb13-amd64"));
  assertStringIncludes(program, "kfunc:gup_put_folio\n/@unpinning[tid] != (uint64)args->folio/");
});

for (const name of await factsNames()) {
  Deno.test(`renderScript() sees nothing before its gate opens for ${name}`, async () => {
    const facts = await readFacts(name);
    const filters = {
      command: "/@watch[0] && @process[pid]/",
      machine: "/@watch[0] && !@own[pid]/",
    };
    for (const scope of ["command", "process", "machine"] as const) {
      const program = programFor(facts, { putsOf: "all", scope });
      const filter = filters[scope === "process" ? "command" : scope];
      assertEquals(program.includes("/pid == $1/"), false);
      // At the entry and at the slow path.
      assert(program.split(filter).length >= 3, program);
      assertStringIncludes(program, 'printf("thread %d %d %lx %s\\n", tid, pid, nsecs, comm);');
      assertStringIncludes(program, "tracepoint:sched:sched_process_exec\n/pid == cpid/");
      const map = scope === "machine" ? "@own" : "@process";
      assertStringIncludes(program, `tracepoint:sched:sched_process_fork\n/${map}[pid]/`);
    }
    assertEquals(programFor(facts).includes("tracepoint:sched"), false);
  });
}
