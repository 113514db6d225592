/**
 * An sshd of a test's own, with keys and a client's configuration of its own. Debian's package is
 * unpacked into the cache; nothing is installed.
 */

import { cacheFolder, MachineryError } from "headcount";
import { Archive } from "../../probes/debian/archive.ts";
import { makeEntry } from "../../probes/debian/entry.ts";
import { readPackages } from "../../probes/debian/packages.ts";
import { SUITES } from "../../probes/debian/suites.ts";
import { makeRoot, unpackPackages } from "../../probes/debian/unpack.ts";
import { isFile } from "./test_kernel.ts";

/** What of Debian's it takes where a machine has all that ssh has. */
const PACKAGES = ["openssh-server", "libwrap0", "libnsl2", "libtirpc3"];

/** The root that Debian's sshd is unpacked in, fetched if need be. */
async function fetchSshd(cache: string): Promise<string> {
  const release = await Deno.readTextFile("/etc/os-release");
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  const suite = SUITES.find(({ name }) => name === codename);
  if (suite === undefined) throw new MachineryError("this machine is no Debian");
  const parent = `${cache}/tests/sshd`;
  const root = `${parent}/${suite.name}`;
  if (isFile(`${root}/usr/sbin/sshd`)) return root;
  const archive = new Archive({ cache });
  await archive.refresh([suite], 7 * 24 * 60 * 60 * 1000);
  const { stdout } = await new Deno.Command("apt-cache", {
    args: ["show", "openssh-server"],
    env: { APT_CONFIG: `${cache}/apt/${suite.name}/apt.conf` },
  }).output();
  const [found] = readPackages(new TextDecoder().decode(stdout));
  if (found === undefined) throw new MachineryError(`${suite.name} has no openssh-server`);
  const attempt = "Cannot fetch an sshd";
  await makeEntry({
    parent,
    name: suite.name,
    isGood: () => Promise.resolve(isFile(`${root}/usr/sbin/sshd`)),
    make: async (entry, work) => {
      const all = await archive.closure(attempt, suite.name, found);
      const debs = `${work}/debs`;
      await Deno.mkdir(debs);
      const wanted = all.filter(({ name }) => PACKAGES.includes(name));
      await archive.download(attempt, suite.name, wanted, debs);
      await makeRoot(entry);
      await unpackPackages(debs, entry, { exclude: [] });
    },
    onWait: () => {},
  });
  return root;
}

/** Where sshd is, or what keeps this machine from running one. */
const found: { readonly root: string } | { readonly lack: string } = await (async () => {
  const { stdout } = await new Deno.Command("id", { args: ["-u"] }).output();
  if (new TextDecoder().decode(stdout) !== "0\n") return { lack: "only root can start sshd" };
  try {
    return { root: await fetchSshd(cacheFolder()) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { lack: `no sshd: ${why.slice(0, 200)}` };
  }
})();

/** What keeps this machine from running an sshd; undefined if nothing does. */
export const lacksSshd: string | undefined = "lack" in found ? found.lack : undefined;

/** Who can log in: some who are root, with shells that print something or find little, and one who is not. */
const USERS = (folder: string) =>
  [
    `root:x:0:0:root:${folder}/home:/bin/sh`,
    `noisy:x:0:0::${folder}/home:${folder}/noisy-shell`,
    `bare:x:0:0::${folder}/home:${folder}/bare-shell`,
    `plain:x:12345:65534::${folder}/home:/bin/sh`,
    "sshd:x:110:65534::/run/sshd:/usr/sbin/nologin",
    "nobody:x:65534:65534::/:/bin/sh",
  ].join("\n");

const NOISY_SHELL = `#!/bin/sh
echo "welcome to the machine"
echo "mind the gap" >&2
exec /bin/sh "$@"
`;

/** Who has little more than a shell, and no Deno. */
const BARE_SHELL = (folder: string) =>
  `#!/bin/sh
PATH=${folder}/few HOME=/nonexistent exec /bin/sh "$@"
`;

/** Programs that whoever has little has. */
const FEW = "cat chmod grep head id ls mkdir mkfifo mktemp rm setsid sh sleep".split(" ");

/** An sshd's files, and what a client is told to reach it. */
export interface SshFiles {
  /** Folder that PATH begins with for whoever runs ssh: its `ssh` has the configuration. */
  readonly bin: string;
  /** Script that starts sshd in the foreground. */
  readonly start: string;
}

/**
 * Writes what an sshd and its clients need into a folder. Hosts that clients know: `box`, `box2`,
 * `noisy`, `bare`, `plain`, `shared`, which has a master of its own, and `stranger`, whose key is another
 * one than is known.
 *
 * @param seen The same folder as the sshd sees it.
 */
export async function writeSshFiles(
  folder: string,
  { port, second = port, listen, address = "127.0.0.1", seen = folder, environment = {} }: {
    /** Port that clients connect to. */
    readonly port: number;
    /** Port of `box2`, where that is another machine. */
    readonly second?: number;
    /** Port that sshd listens on. */
    readonly listen: number;
    readonly address?: string;
    readonly seen?: string;
    /** Variables of those who log in. */
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<SshFiles> {
  const root = "root" in found ? found.root : "";
  await Promise.all(["home", "bin", "far"].map((name) => Deno.mkdir(`${folder}/${name}`)));
  // Who is not root comes to what is theirs, too.
  await Deno.chmod(folder, 0o711);
  await Deno.chmod(`${folder}/far`, 0o1777);
  await Promise.all(["host", "other", "user"].map((name) => makeKey(`${folder}/${name}`)));
  const known = async (name: string, key: string): Promise<string> =>
    `${name} ${(await Deno.readTextFile(`${folder}/${key}.pub`)).trim()}`;
  const write = (name: string, text: string, mode = 0o644) =>
    Deno.writeTextFile(`${folder}/${name}`, text, { mode });
  await write(
    "known_hosts",
    [await known("box", "host"), await known("stranger", "other"), ""].join("\n"),
  );
  await write("passwd", `${USERS(seen)}\n`);
  await write("noisy-shell", NOISY_SHELL, 0o755);
  await write("bare-shell", BARE_SHELL(seen), 0o755);
  await Deno.mkdir(`${folder}/few`);
  await Promise.all(FEW.map((name) => Deno.symlink(`/bin/${name}`, `${folder}/few/${name}`)));
  const variables = { TMPDIR: `${seen}/far`, ...environment };
  const session = `${root}/usr/lib/openssh/sshd-session`;
  await write(
    "sshd_config",
    [
      `Port ${listen}`,
      `ListenAddress ${address}`,
      "HostKey /mnt/host",
      "AuthorizedKeysFile /mnt/user.pub",
      `PidFile none`,
      "UsePAM no",
      "StrictModes no",
      "PasswordAuthentication no",
      "PermitRootLogin yes",
      `SetEnv ${Object.entries(variables).map(([name, value]) => `${name}=${value}`).join(" ")}`,
      ...(isFile(session) ? [`SshdSessionPath ${session}`] : []),
      "",
    ].join("\n"),
  );
  const libraries = `${root}/usr/lib/x86_64-linux-gnu`;
  await write(
    "start",
    `set -e
mount -t tmpfs tmpfs /mnt
mkdir -p /run/sshd
chmod 755 /run/sshd
cp ${seen}/passwd /mnt/passwd
mount --bind /mnt/passwd /etc/passwd
cp ${seen}/host ${seen}/user.pub ${seen}/sshd_config /mnt/
chmod 600 /mnt/host
export LD_LIBRARY_PATH=${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exec ${root}/usr/sbin/sshd -D -e -f /mnt/sshd_config
`,
  );
  const host = (name: string, user: string, alias: string): string =>
    [
      `Host ${name}`,
      `  User ${user}`,
      `  HostKeyAlias ${alias}`,
    ].join("\n");
  await write(
    "config",
    [
      host("box", "root", "box"),
      host("box2", "root", "box"),
      `  Port ${second}`,
      host("noisy", "noisy", "box"),
      host("bare", "bare", "box"),
      host("plain", "plain", "box"),
      host("shared", "root", "box"),
      "  ControlMaster auto",
      `  ControlPath ${folder}/shared-%C`,
      "  ControlPersist 60",
      "  RemoteCommand echo none",
      host("stranger", "root", "stranger"),
      "Host *",
      "  HostName 127.0.0.1",
      `  Port ${port}`,
      `  IdentityFile ${folder}/user`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${folder}/known_hosts`,
      "  GlobalKnownHostsFile /dev/null",
      "",
    ].join("\n"),
  );
  await write("bin/ssh", `#!/bin/sh\nexec /usr/bin/ssh -F '${folder}/config' "$@"\n`, 0o755);
  return { bin: `${folder}/bin`, start: `${folder}/start` };
}

async function makeKey(path: string): Promise<void> {
  const args = ["-q", "-t", "ed25519", "-N", "", "-f", path];
  const { success } = await new Deno.Command("ssh-keygen", { args }).output();
  if (!success) throw new Error(`ssh-keygen did not make "${path}"`);
}

/**
 * A port of this machine's loopback that nobody has, below those that are given to whoever asks.
 *
 * @param from The first that will do; a random one if left out.
 */
export async function freePort(from?: number): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: ["/proc/net/tcp"] }).output();
  const taken = new Set(
    [...new TextDecoder().decode(stdout).matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)]
      .map(([, port = ""]) => parseInt(port, 16)),
  );
  const [chance = 0] = crypto.getRandomValues(new Uint16Array(1));
  let port = from ?? 20_000 + chance % 10_000;
  while (taken.has(port)) port++;
  return port;
}

/** Waits until something tells its key on a port as sshd does. */
export async function untilGreeted(port: number, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const args = ["-T", "20", "-t", "ed25519", "-p", String(port), "127.0.0.1"];
    const { stdout } = await new Deno.Command("ssh-keyscan", { args }).output();
    if (stdout.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Nothing greets as sshd does on port ${port} in ${seconds} s`);
}

/** An sshd on this machine's loopback. */
export interface Sshd extends AsyncDisposable {
  /** What runs ssh gets these variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of what is made at the far side. */
  readonly far: string;
  /** The connections, as processes of sshd's. */
  connections(): Promise<readonly number[]>;
}

/** Starts an sshd on this machine, below a folder that is there. */
export async function startSshd(folder: string): Promise<Sshd> {
  const port = await freePort();
  const { bin, start } = await writeSshFiles(folder, { port, listen: port });
  const child = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", `mount -t tmpfs tmpfs /run && . '${start}'`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = new Response(child.stderr).text();
  try {
    await untilGreeted(port, 10);
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${error}: ${await log}`);
  }
  return {
    env: { PATH: `${bin}:${Deno.env.get("PATH")}`, TMPDIR: folder },
    far: `${folder}/far`,
    connections: async () => {
      const args = ["-P", String(child.pid)];
      const { stdout } = await new Deno.Command("pgrep", { args }).output();
      return new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "").map(Number);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await log;
    },
  };
}
