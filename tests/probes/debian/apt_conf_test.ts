import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readAcquire, renderConf, renderSources } from "../../../probes/debian/apt_conf.ts";

const FOLDER = "/cache of mine/apt/trixie";

Deno.test("renderSources() names one suite and the keys that it must be signed with", () => {
  const source = {
    mirror: "http://mirror.example/debian",
    suite: "trixie",
    keyring: "/keys/debian.gpg",
  };
  assertEquals(
    renderSources(source),
    "deb [signed-by=/keys/debian.gpg] http://mirror.example/debian trixie main\n",
  );
});

Deno.test("renderConf() keeps to its folder and reads nothing of the machine's", () => {
  const lines = renderConf(FOLDER, []).trimEnd().split("\n");
  for (const line of lines) assert(/^[A-Za-z:-]+ "[^"]*";$/.test(line), line);
  const value = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.split('"')[1];
  for (const name of ["Dir::Etc::main", "Dir::Etc::parts", "Dir::Etc::sourceparts"]) {
    assertEquals(value(name), "/dev/null", name);
  }
  for (const name of ["Dir::State", "Dir::State::status", "Dir::Cache", "Dir::Etc::sourcelist"]) {
    assertStringIncludes(value(name) ?? "", FOLDER, name);
  }
});

Deno.test("readAcquire() takes over how the machine gets at the network, and no more", () => {
  const dump = `APT "";
APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
Acquire "";
Acquire::AllowInsecureRepositories "1";
Acquire::cdrom::mount "/media/cdrom/";
Acquire::Check-Valid-Until "false";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::http::Proxy::mirror.example "DIRECT";
Acquire::https::CAInfo "/keys/ca.pem";
Acquire::GzipIndexes "false";
Acquire::Languages "";
Acquire::Languages:: "none";
Acquire::IndexTargets::deb::Packages::MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
`;
  const acquire = readAcquire(dump);
  assertEquals(acquire, [
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::http::Proxy::mirror.example "DIRECT";',
    'Acquire::https::CAInfo "/keys/ca.pem";',
  ]);
  // The last word is apt's: what is set twice is what was set last.
  assert(renderConf(FOLDER, acquire).endsWith(`${acquire.at(-1)}\n`));
});
