import { assertEquals } from "@std/assert";
import { readMirrors, SUITES } from "../../../probes/debian/suites.ts";

/** What "apt-get update --print-uris" prints, with other hosts. */
function uris(...places: readonly string[]): string {
  return places.flatMap((place) => [
    `'${place}/InRelease' mirror.example_InRelease 0 `,
    `'${place}/main/binary-amd64/Packages.xz' mirror.example_main_binary-amd64_Packages 0 `,
  ]).join("\n");
}

Deno.test("readMirrors() finds both archives among a machine's sources", () => {
  const text = uris(
    "http://mirror.example/debian/dists/bookworm",
    "http://mirror.example/debian/dists/bookworm-updates",
    "http://mirror.example/debian-security/dists/bookworm-security",
  );
  assertEquals(readMirrors(text), {
    main: "http://mirror.example/debian",
    security: "http://mirror.example/debian-security",
  });
});

Deno.test("readMirrors() leaves out what is not Debian's", () => {
  const others = uris(
    "https://tools.example/node/dists/nodistro",
    "https://database.example/apt/dists/bookworm-pgdg",
    "http://mirror.example/ubuntu/dists/jammy",
  );
  assertEquals(readMirrors(others), undefined);
  // Some call their suites like Debian's.
  const alike = uris(
    "https://containers.example/linux/dists/bookworm",
    "https://browser.example/linux/dists/stable",
    "https://browser.example/linux/dists/testing",
  );
  const debian = uris("http://mirror.example/debian/dists/sid");
  assertEquals(readMirrors(`${alike}\n${debian}`), { main: "http://mirror.example/debian" });
  assertEquals(readMirrors(""), undefined);
});

Deno.test("readMirrors() takes a mirror of another name, and the old name of security", () => {
  const text = uris(
    "http://snapshot.example/20250520T000000Z/dists/bullseye",
    "http://snapshot.example/security/20250520T000000Z/dists/buster/updates",
  );
  assertEquals(readMirrors(text), {
    main: "http://snapshot.example/20250520T000000Z",
    security: "http://snapshot.example/security/20250520T000000Z",
  });
});

Deno.test("a series that is likely in some suites is likely in a suite of each archive", () => {
  for (const series of ["5.10", "6.1", "6.12"]) {
    const archives = SUITES.filter(({ kernel }) => kernel === series).map(({ archive }) => archive);
    assertEquals(archives, ["main", "security"], series);
  }
});
