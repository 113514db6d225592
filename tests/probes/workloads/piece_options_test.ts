import { assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { parsePieceWish, pieceWishWords } from "../../../probes/workloads/piece_options.ts";

Deno.test("parsePieceWish() reads options as getopt does, and pieceWishWords() write them", () => {
  const wish = {
    kind: "direct-io",
    pages: [1, 123],
    starts: [5 * 4096, 512],
    write: true,
  } as const;
  assertEquals(parsePieceWish("direct-io", ["-wn1,123", "-o", "5,1s"]), wish);
  assertEquals(pieceWishWords(wish), ["-n", "1,123", "-o", "5,1s", "-w"]);
  assertEquals(parsePieceWish("direct-io", ["-W"]), { kind: "direct-io" });
  assertEquals(parsePieceWish("vmsplice", []), { kind: "vmsplice" });
  assertEquals(pieceWishWords({ kind: "process-vm", pages: [7] }), ["-n", "7"]);
});

Deno.test("parsePieceWish() refuses options that only another workload has", () => {
  for (const kind of ["vmsplice", "io-uring", "process-vm"] as const) {
    const said = `${kind} has no option "-w": it takes -n -o`;
    assertThrows(() => parsePieceWish(kind, ["-w"]), RequestError, said);
  }
  assertThrows(() => parsePieceWish("direct-io", ["-w", "-W"]), RequestError, "cannot do both");
  assertThrows(() => parsePieceWish("direct-io", ["-n"]), RequestError, '"-n" lacks its value');
  assertThrows(() => parsePieceWish("io-uring", ["5"]), RequestError, 'options only, not "5"');
});
