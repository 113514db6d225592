import { assert, assertEquals, assertThrows } from "@std/assert";
import { RequestError } from "../../../probes/failure.ts";
import { bytesOf, readPatches, touchedFiles } from "../../../probes/kernel_build/mails.ts";

const DIFFERENCE = `diff --git a/mm/gup.c b/mm/gup.c
index 98eb8e6d2609..194e6981eb03 100644
--- a/mm/gup.c
+++ b/mm/gup.c
@@ -1 +1 @@
-less = 1;
+more = 2;
`;

function mail(subject: string, body: string, ...fields: string[]): string {
  return `From 0123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\n${
    ["Subject: " + subject, ...fields].join("\n")
  }\n\n${body}\n-- \n2.39.5\n\n`;
}

function read(text: string): { title: string; text: string }[] {
  return readPatches(bytesOf(text), "series.mbox").map(({ title, text }) => ({ title, text }));
}

Deno.test("readPatches() takes a difference by itself", () => {
  assertEquals(read(DIFFERENCE), [{ title: "series.mbox", text: DIFFERENCE }]);
});

Deno.test("readPatches() puts a series in its order, without cover letter and replies", () => {
  const mbox = mail("[RFC PATCH v2 2/2] second", DIFFERENCE) +
    mail("[RFC PATCH v2 0/2] cover", " mm/gup.c | 2 +-\n") +
    mail("Re: [RFC PATCH v2 1/2] first", DIFFERENCE.replaceAll(/^/gm, "> ")) +
    mail("[RFC PATCH v2 1/2] first,\n and more", DIFFERENCE);
  assertEquals(read(mbox).map(({ title }) => title), [
    "[RFC PATCH v2 1/2] first, and more",
    "[RFC PATCH v2 2/2] second",
  ]);
});

Deno.test("readPatches() keeps the file's order where mails are not numbered", () => {
  const mbox = mail("[PATCH] b", DIFFERENCE) + mail("a", DIFFERENCE);
  assertEquals(read(mbox).map(({ title }) => title), ["[PATCH] b", "a"]);
});

Deno.test("readPatches() refuses two versions of a patch, and a file without any", () => {
  const twice = mail("[PATCH 1/2] a", DIFFERENCE) + mail("[PATCH v2 1/2] a", DIFFERENCE);
  assertThrows(() => read(twice), RequestError, "number 1 more than once");
  assertThrows(() => read(mail("[PATCH 0/1] cover", "text")), RequestError, "holds no difference");
  assertThrows(() => read(""), RequestError, "holds no difference");
});

Deno.test("readPatches() decodes what mail encodes", () => {
  const quoted = DIFFERENCE.replaceAll("=", "=3D").replace("less", "le=\nss");
  const base64 = btoa(DIFFERENCE.replaceAll("\n", "\r\n")).replaceAll(/(.{60})/g, "$1\n");
  const encoding = (name: string) => `Content-Transfer-Encoding: ${name}`;
  const mbox = mail(
    "=?UTF-8?q?=5BPATCH=5D_gr=C3=B6=C3=9Fer?=",
    quoted,
    encoding("quoted-printable"),
  );
  const [first] = read(mbox);
  assertEquals(first?.title, "[PATCH] größer");
  assertEquals(first?.text.startsWith(DIFFERENCE), true);
  const plain = `Subject: =?utf-8?B?w6Q=?=\n${encoding("base64")}\n\n${base64}`;
  assertEquals(read(plain), [{ title: "ä", text: DIFFERENCE }]);
  assertEquals(read(mail("a", DIFFERENCE).replaceAll("\n", "\r\n"))[0]?.text.includes("\r"), false);
});

Deno.test("readPatches() does not take a line of a text for the beginning of a mail", () => {
  const body = `Above\nFrom what was said in the year 2001\n---\n${DIFFERENCE}`;
  assertEquals(read(mail("[PATCH] one", body)).length, 1);
});

Deno.test("touchedFiles() names every file, old and new", () => {
  const text = `${DIFFERENCE}
--- /dev/null
+++ b/mm/new.c\t2020-12-08
@@ -0,0 +1 @@
+new
diff --git a/mm/old.c b/mm/moved.c
rename from mm/old.c
rename to mm/moved.c
`;
  assertEquals(touchedFiles({ text, file: "a" }), [
    "mm/gup.c",
    "mm/new.c",
    "mm/old.c",
    "mm/moved.c",
  ]);
});

Deno.test("touchedFiles() refuses what leads out of the tree", () => {
  const text = "--- a/../etc/passwd\n+++ b/../etc/passwd\n";
  assertThrows(() => touchedFiles({ text, file: "a" }), RequestError, "outside of the tree");
});

Deno.test("touchedFiles() refuses a path that can be no file's", () => {
  for (const path of ["a/", "a/mm/", "a/mm//gup.c", "a/.", "a/mm/gup.c\0"]) {
    const text = `--- ${path}\n+++ b/mm/gup.c\n`;
    assertThrows(() => touchedFiles({ text, file: "a" }), RequestError, "or no file");
  }
});

Deno.test("readPatches() refuses a mail that is not encoded as it says", () => {
  const encoding = "Content-Transfer-Encoding: base64";
  assertThrows(() => read(mail("[PATCH] a", "=", encoding)), RequestError, "base64 and is not");
  const [patch] = read(mail("=?utf-8?b?*?=", DIFFERENCE));
  assertEquals(patch?.title, "=?utf-8?b?*?=");
});

Deno.test("a mail that is made to take long is read at once", () => {
  const began = performance.now();
  read(mail("[1".repeat(20_000) + "[PATCH 1/2", DIFFERENCE));
  read(mail("1".repeat(200_000), DIFFERENCE));
  touchedFiles({ text: `--- ${"x".repeat(200_000)}\n`, file: "a" });
  assert(performance.now() - began < 2000);
});
