import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT, runTask, temporaryFolder } from "./support/cli.ts";

/** Arguments, what is said of them on standard error, and the exit code. */
const REFUSED: readonly (readonly [string, RegExp, number])[] = [
  ["trace --size 3", /--size.*multiple of a page/, 64],
  ["trace --size 0", /--size.*multiple of a page/, 64],
  ["trace --size many", /--size.*Give bytes/, 64],
  ["trace --align 7M", /--align.*Allowed choices are 4K, 2M, 1G/, 64],
  [
    "trace --workload none",
    /--workload.*no workload "none", only direct-io, vmsplice, io-uring, process-vm and gup-test/,
    64,
  ],
  ["trace --target moon", /--target.*Give auto, local, guest or ssh:HOST/, 64],
  ["trace --target ssh:", /--target.*it names no host/, 64],
  ["trace --target ssh:-oProxyCommand=true", /--target.*its host begins with "-"/, 64],
  ["trace --target ssh:box --kernel 6.1", /--kernel, .* are of a guest/, 64],
  ["trace --target ssh:box --bpftrace 0.23", /"0.23" is fetched .* give the path of one there/, 64],
  ["trace --target ssh:a --target ssh:a", /--target ssh:a is given twice/, 64],
  ["trace --target ssh:a --target guest", /--target guest is traced by itself/, 64],
  ["matrix --target ssh:box", /A matrix is made in guests/, 64],
  ["trace --timeout soon", /--timeout.*whole number/, 64],
  ["trace --cpus 0", /--cpus.*whole number/, 64],
  ["trace --memry 2G", /unknown option '--memry'\n\(Did you mean --memory\?\)/, 64],
  ["trace --target guest --memory 64M", /too small for bpftrace; --memory 256M/, 64],
  ["trace --target guest --kernel /no/such", /"\/no\/such": there is no such file/, 64],
  ["trace --target guest --kernel 1.2.3", /Cannot find a kernel "1.2.3" \(.*\)/, 64],
  [
    "trace --target guest --modules /no/such",
    /--modules "\/no\/such": there is no such folder/,
    64,
  ],
  ["trace --target guest --device /dev/dax0.0", /cannot be used with --target guest/, 64],
  ["trace --target local --device /dev/no-dax9.9", /This machine cannot be traced: .*guest/, 64],
  ["trace --no-host-root --target local", /of a guest.*"local" has no root but its own/, 64],
  ["plan --no-host-root --target ssh:box", /of a guest.*"ssh:box" has no root but its own/, 64],
  ["trace --no-host-root --bpftrace 0.23", /--bpftrace "0.23" and --no-host-root contradict/, 64],
  ["trace --no-host-root -- dd", /"dd" and --no-host-root contradict each other/, 64],
  [
    "trace --no-host-root --workload gup-test --gup-test /no/such",
    /"\/no\/such" and --no-host-root contradict each other/,
    64,
  ],
  ["trace --pid 3 --all", /--pid and --all are two things to trace: give one/, 64],
  ["trace --pid none", /--pid.*whole number/, 64],
  ["trace --all --duration soon", /--duration.*Give a time such as 10s/, 64],
  ["trace --duration 3s", /--duration says how long --pid or --all observe/, 64],
  ["trace --all --target guest", /In a guest of headcount's own nothing runs yet/, 64],
  ["trace --pid 3 --kernel 6.1", /In a guest of headcount's own nothing runs yet/, 64],
  ["trace --gup-test /no/such", /"\/no\/such" is for --workload 'gup-test ...' only/, 64],
  ["trace --memory-kind gold", /--memory-kind.*Allowed choices are devdax, thp, hugetlb-2M/, 64],
  ["trace --memory-kind thp --align 2M", /--align is of a devdax device.*--memory-kind thp/, 64],
  ["trace --memory-kind thp -- true", /of its own choice: --memory-kind thp contradicts it/, 64],
  ["trace --memory-kind anon --map mem", /--map is of devdax and fsdax memory/, 64],
  ["trace --memory-kind tmpfs --device /dev/dax0.0", /--device is of a devdax device/, 64],
  ["control --memory-kind thp", /Cannot choose one kind of memory: --kinds takes a list/, 64],
  ["control --kinds devdax,gold", /--kinds.*no memory "gold", only devdax, thp/, 64],
  ["control --kinds anon,anon", /--kinds.*Give each kind once/, 64],
  ["control --target guest --kernel /no/such", /"\/no\/such": there is no such file/, 64],
  ["analyze", /missing required argument 'recording'/, 64],
  ["analyze /no/such", /there is no "\/no\/such"/, 64],
  ["analyze LICENSE", /its first line is no header/, 64],
];

for (const [args, said, exit] of REFUSED) {
  Deno.test(`${args} is refused with a way on`, async () => {
    await using folder = await temporaryFolder();
    const out = /^(trace|control)/.test(args) ? ["--out", `${folder.path}/recording`] : [];
    const { code, stdout, stderr } = await runTask([...args.split(" "), ...out]);
    assertMatch(stderr, said);
    assertEquals([stdout, code], ["", exit]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), [], "nothing is left behind");
  });
}

/** Commands, and what is said of them. */
const NO_COMMANDS: readonly (readonly [readonly string[], RegExp])[] = [
  [["--all", "--", "ls", "-l"], /the command "ls" and --all are two things to trace/],
  [["--workload", "direct-io", "--", "ls"], /--workload and the command "ls" are two workloads/],
  [["--gup-test", "x", "--", "ls"], /--gup-test and the command "ls" are two workloads/],
  [["--duration", "3s", "--", "ls"], /--duration says how long --pid or --all observe/],
  [["--overhead", "--", "ls"], /Only headcount's own workloads tell the times/],
  [["ls"], /Cannot tell what "ls" is for: .* stands after "--", as in "trace -- ls"/],
  [["ls", "--", "ls"], /Cannot tell what "ls" is for/],
  [["ls", "-l"], /unknown option '-l'/],
];

for (const [args, said] of NO_COMMANDS) {
  Deno.test(`trace ${args.join(" ")} is refused`, async () => {
    await using folder = await temporaryFolder();
    const out = ["--out", `${folder.path}/recording`];
    const { code, stdout, stderr } = await runTask(["trace", ...out, ...args]);
    assertMatch(stderr, said);
    assertEquals([stdout, code], ["", 64]);
  });
}

/** Workloads of several words, and what is said of them. */
const NO_WORKLOADS: readonly (readonly [readonly string[], RegExp])[] = [
  [["gup-test -x"], /--workload.*no option "-x": it takes -m -r -n -j -f -a /],
  [["gup-test -a -u"], /--workload.*both, "-a" and "-u"/],
  [["gup-test -t"], /--workload.*"-t" is for memory of other pages than the device's/],
  [["gup-test -f /dev/zero", "--memory-kind", "thp"], /of its own choice: --memory-kind thp/],
  [["gup-test -m 4", "--size", "2M"], /"-m 4" and --size 2097152 contradict each other/],
  [["direct-io -m 4"], /--workload.*direct-io has no option "-m": it takes -n -o -w -W/],
  [["direct-io -o 5,x"], /--workload.*direct-io: "-o x" is no start: give pages, sectors/],
  [["vmsplice -n 513", "--size", "2M"], /vmsplice: its pieces reach over 2101248 bytes/],
];

for (const [args, said] of NO_WORKLOADS) {
  Deno.test(`trace --workload ${args.join(" ")} is refused by the option's name`, async () => {
    await using folder = await temporaryFolder();
    const out = `${folder.path}/recording`;
    const { code, stdout, stderr } = await runTask(["trace", "--out", out, "--workload", ...args]);
    assertMatch(stderr, said);
    assertEquals([stdout, code], ["", 64]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
  });
}

Deno.test("trace does not write over a recording", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/recording.jsonl`, "precious\n");
  const { code, stderr } = await runTask(["trace", "--out", folder.path]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "already holds a recording");
  assertEquals(await Deno.readTextFile(`${folder.path}/recording.jsonl`), "precious\n");
});

const HELP = {
  trace: "69 the machinery failed",
  control: "69 one failed",
  compare: "3 the recordings are",
  mail: "1 something is",
};

for (const [task, said] of Object.entries(HELP)) {
  Deno.test(`${task} --help fits a terminal of 80 columns and tells the exit codes`, async () => {
    const { code, stdout } = await runTask([task, "--help"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, said);
    assertEquals(stdout.split("\n").filter((line) => line.length > 80), []);
  });
}

Deno.test("analyze prints the same report for a folder and for its file, and its exit code", async () => {
  const folder = `${ROOT}tests/fixtures/recordings/linux-7.3-2M`;
  const byFolder = await runTask(["analyze", folder]);
  assertEquals(byFolder.stdout, await Deno.readTextFile(`${folder}/report.txt`));
  assertEquals(await runTask(["analyze", `${folder}/recording.jsonl`]), byFolder);
  assertEquals(byFolder.code, 0);
  const perPage = await runTask(["analyze", "--json", folder.replace("7.3", "5.10")]);
  assertEquals([perPage.code, JSON.parse(perPage.stdout).verdict], [1, "per-page"]);
});
