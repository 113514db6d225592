/** A tree that looks like one of Linux and is built in a moment. */

import { dirname } from "node:path";

/** Files of a toy tree; what it builds tells how it was made of them. */
const FILES: Readonly<Record<string, string>> = {
  "Makefile": `VERSION = 5
PATCHLEVEL = 10
SUBLEVEL = 7
EXTRAVERSION =
# A tree forgets options that it does not know, or whose dependencies are off.
alldefconfig:
\tgrep -v -f forgotten $(KCONFIG_ALLCONFIG) >$(O)/.config
bzImage: $(O)/gup.o $(O)/gup_test.o
\t@mkdir -p $(O)/arch/x86/boot $(O)/include/config
\t@sed -n 's/^CONFIG_LOCALVERSION="\\(.*\\)"/5.10.7\\1/p' $(O)/.config | tail -n 1 >$(O)/include/config/kernel.release
\t@cat $^ >$(O)/arch/x86/boot/bzImage
$(O)/%.o: mm/%.c
\t@echo '  CC      mm/$*.o'
\t@! grep -n 'error:' $<
\t@cp $< $@
`,
  "Kconfig": "config DEV_DAX\n\ttristate\n\tdepends on TRANSPARENT_HUGEPAGE\n",
  "forgotten": "^$\n",
  "include/linux/mm.h": "#define PAGE_SIZE 4096\n",
  "mm/gup.c": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
  "mm/gup_test.c": "test\n",
  "scripts/kconfig/merge_config.sh": '#!/bin/sh\nshift\ncat -- "$@" >.config\n',
};

/** Makes a toy tree in a folder that is not there yet. */
export async function makeToyTree(
  folder: string,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [path, text] of Object.entries({ ...FILES, ...changed })) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  await Deno.chmod(`${folder}/scripts/kconfig/merge_config.sh`, 0o755);
}

/** A patch of the toy tree's `mm/gup.c`: one line by another. */
export function toyPatch(from: string, to: string): string {
  const lines = (FILES["mm/gup.c"] ?? "").trimEnd().split("\n");
  const body = lines.map((line) => line === from ? `-${from}\n+${to}` : ` ${line}`);
  return `--- a/mm/gup.c\n+++ b/mm/gup.c\n@@ -1,7 +1,7 @@\n${body.join("\n")}\n`;
}

/** All that is in a folder, with times: what must not change. */
export async function snapshot(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'cd "$0" && find . -printf "%P %y %m %s %T@ %C@\\n" | sort', folder],
  }).output();
  return new TextDecoder().decode(stdout);
}
