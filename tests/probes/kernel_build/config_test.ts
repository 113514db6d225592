import { assert, assertEquals } from "@std/assert";
import { findShortfalls, parseConfig, unheeded } from "../../../probes/kernel_build/config.ts";
import type { OptionGroup } from "../../../probes/kernel_build/fragment.ts";

const CONFIG = parseConfig(`#
# Automatically generated file; DO NOT EDIT.
#
CONFIG_CC_VERSION_TEXT="gcc (Debian 12.2.0) = 12"
CONFIG_DEV_DAX=y
CONFIG_EXT4_FS=m
CONFIG_NODES_SHIFT=10
# CONFIG_FS_DAX is not set
CONFIG_GUP_TEST=y
`);

Deno.test("parseConfig() reads values of each kind, and what is not set", () => {
  assertEquals([...CONFIG], [
    ["CC_VERSION_TEXT", '"gcc (Debian 12.2.0) = 12"'],
    ["DEV_DAX", "y"],
    ["EXT4_FS", "m"],
    ["NODES_SHIFT", "10"],
    ["FS_DAX", "n"],
    ["GUP_TEST", "y"],
  ]);
  assertEquals([...parseConfig("CONFIG_A=y\nCONFIG_A=n\n")], [["A", "n"]]);
});

function shortfalls(demand: OptionGroup["demand"], ...options: string[]): string[][] {
  return findShortfalls([{ demand, why: "", options }], CONFIG).map(({ missing }) => [...missing]);
}

Deno.test("findShortfalls() wants every option that is needed, and not as a module", () => {
  assertEquals(shortfalls("needed", "DEV_DAX"), []);
  assertEquals(shortfalls("needed", "DEV_DAX", "FS_DAX", "ZONE_DEVICE"), [[
    "FS_DAX",
    "ZONE_DEVICE",
  ]]);
  assertEquals(shortfalls("needed", "EXT4_FS"), [["EXT4_FS"]]);
  assertEquals(shortfalls("wanted", "EXT4_FS"), [["EXT4_FS"]]);
});

Deno.test("findShortfalls() is content with one of several names", () => {
  assertEquals(shortfalls("one of", "GUP_BENCHMARK", "GUP_TEST"), []);
  assertEquals(shortfalls("one of", "GUP_BENCHMARK", "FS_DAX"), [["GUP_BENCHMARK", "FS_DAX"]]);
});

Deno.test("findShortfalls() asks nothing of menus and of what is left out", () => {
  assertEquals(shortfalls("menu", "VIRTIO_MENU"), []);
  assertEquals(shortfalls("without", "DEV_DAX"), []);
});

Deno.test("unheeded() names what is otherwise than a fragment has it", () => {
  const fragment = parseConfig(
    "CONFIG_DEV_DAX=y\nCONFIG_FS_DAX=y\nCONFIG_NODES_SHIFT=6\nCONFIG_USB=n\nCONFIG_XFS_FS=y\n",
  );
  assertEquals(unheeded(fragment, CONFIG), ["FS_DAX", "NODES_SHIFT", "XFS_FS"]);
});

Deno.test("parseConfig() takes blanks off the end of a line, however many", () => {
  const began = performance.now();
  const blanks = " ".repeat(200_000);
  assertEquals([...parseConfig(`CONFIG_A="a b" \r\nCONFIG_B=${blanks}y${blanks}\n`)], [
    ["A", '"a b"'],
    ["B", `${blanks}y`],
  ]);
  assert(performance.now() - began < 2000);
});
