/**
 * Chromium, driven over a pipe by its own protocol: no port is opened, and no network is asked for.
 */

import { temporaryFolder } from "./cli.ts";

/** The program; `undefined` where it is not installed. */
export const CHROMIUM: string | undefined = await findChromium();

async function findChromium(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of ["/usr/bin", "/usr/local/bin", "/snap/bin"]) {
      const path = `${folder}/${name}`;
      if (await Deno.stat(path).then(() => true, () => false)) return path;
    }
  }
  return undefined;
}

/** What is told of a command, or by itself. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** The address of a request. */
function requestOf({ params }: Message): string {
  const request: { readonly url?: unknown } = Object(params?.["request"]);
  return String(request.url);
}

/** How a page is opened. */
export interface Sight {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
  readonly scripts: boolean;
}

/** What came of opening a page. */
export interface Seen {
  /** Addresses that it asked for, the page's own left out. */
  readonly requests: readonly string[];
  /** What it wrote to the console, errors among it. */
  readonly console: readonly string[];
  /** Width of all there is, in CSS pixels. */
  readonly contentWidth: number;
  /** Milliseconds from asking for it to its `load`, and to the picture of it. */
  readonly loadedAfter: number;
  /** PNG of what is seen. */
  readonly screenshot: Uint8Array;
}

/** A browser that runs. */
export interface Browser extends AsyncDisposable {
  /** Opens a page in a tab of its own. */
  see(url: string, sight: Sight): Promise<Seen>;
}

/** Starts Chromium, without a window. */
export async function startBrowser(path: string): Promise<Browser> {
  const folder = await temporaryFolder();
  const options = [
    ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"],
    ...["--remote-debugging-pipe", `--user-data-dir=${folder.path}`, "--disable-extensions"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ];
  // The protocol's pipes are 3 and 4, of which Deno makes none.
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1', "sh", path, ...options],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>();
  const listeners = new Set<(message: Message) => void>();
  let last = 0;

  const over = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\0");
      rest = lines.pop() ?? "";
      for (const line of lines) take(JSON.parse(line));
    }
    for (const { reject } of waiting.values()) reject(new Error("Chromium ended"));
  })();

  function take(message: Message): void {
    for (const listener of listeners) listener(message);
    if (message.id === undefined) return;
    const { error, result = {} } = message;
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }

  async function ask(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++last;
    const answer = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    waiting.set(id, answer);
    const text = JSON.stringify({
      id,
      method,
      params,
      ...sessionId === undefined ? {} : { sessionId },
    });
    await writer.write(new TextEncoder().encode(`${text}\0`));
    return await answer.promise;
  }

  async function see(url: string, { width, height, scheme, scripts }: Sight): Promise<Seen> {
    const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
    const session = String(sessionId);
    const tab = (method: string, params: Readonly<Record<string, unknown>> = {}) =>
      ask(method, params, session);
    const requests: string[] = [];
    const console: string[] = [];
    const loaded = Promise.withResolvers<void>();
    const listen = (message: Message): void => {
      if (message.sessionId !== session) return;
      const text = JSON.stringify(message.params);
      switch (message.method) {
        case "Page.loadEventFired":
          return loaded.resolve();
        case "Network.requestWillBeSent":
          if (requestOf(message) !== url) requests.push(requestOf(message));
          return;
        case "Log.entryAdded":
        case "Runtime.consoleAPICalled":
        case "Runtime.exceptionThrown":
          console.push(text);
      }
    };
    listeners.add(listen);
    for (const domain of ["Page", "Network", "Log", "Runtime"]) await tab(`${domain}.enable`);
    await tab("Emulation.setDeviceMetricsOverride", {
      ...{ width, height, deviceScaleFactor: 1, mobile: width < 600 },
    });
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await tab("Emulation.setEmulatedMedia", { features });
    await tab("Emulation.setScriptExecutionDisabled", { value: !scripts });
    const asked = performance.now();
    await tab("Page.navigate", { url });
    await loaded.promise;
    const { data } = await tab("Page.captureScreenshot", { format: "png" });
    const loadedAfter = performance.now() - asked;
    const { cssContentSize } = await tab("Page.getLayoutMetrics");
    listeners.delete(listen);
    await ask("Target.closeTarget", { targetId });
    const size: { readonly width?: unknown } = Object(cssContentSize);
    return {
      requests,
      console,
      contentWidth: Number(size.width),
      loadedAfter,
      screenshot: Uint8Array.fromBase64(String(data)),
    };
  }

  return {
    see,
    [Symbol.asyncDispose]: async () => {
      await ask("Browser.close").catch(() => {});
      await writer.close().catch(() => {});
      await over;
      await child.status;
      await folder[Symbol.asyncDispose]();
    },
  };
}
