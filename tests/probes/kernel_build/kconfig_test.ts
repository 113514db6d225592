import { assertEquals } from "@std/assert";
import { dependenciesOf } from "../../../probes/kernel_build/kconfig.ts";

const FILE = `# comment
menuconfig DAX
	tristate "DAX: direct access"

if DAX

config DEV_DAX
	tristate "Device DAX"
	depends on TRANSPARENT_HUGEPAGE
	depends on MMU # as all
	help
	  config DEV_DAX_OTHER is no option.

config DEV_DAX_PMEM
	depends on LIBNVDIMM

endif
`;

Deno.test("dependenciesOf() reads the conditions of one option only", () => {
  assertEquals(dependenciesOf("DEV_DAX", [FILE]), ["TRANSPARENT_HUGEPAGE", "MMU # as all"]);
  assertEquals(dependenciesOf("DEV_DAX_PMEM", [FILE]), ["LIBNVDIMM"]);
  assertEquals(dependenciesOf("DAX", [FILE]), []);
});

Deno.test("dependenciesOf() knows an option that no file defines", () => {
  assertEquals(dependenciesOf("GUP_TEST", [FILE]), undefined);
  assertEquals(dependenciesOf("DEV_DAX_OTHER", [FILE]), undefined);
});

Deno.test("dependenciesOf() looks in all files", () => {
  const other = "config DEV_DAX\n\tdepends on X86\n";
  assertEquals(dependenciesOf("DEV_DAX", ["", FILE, other])?.at(-1), "X86");
});
