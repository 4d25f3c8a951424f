// A homeserver for tests, by the simulated one that is written in Go. Nothing goes
// through a network: it is called by a function like fetch.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export class Homeserver {
  #folder = mkdtempSync(join(tmpdir(), "mudpuppy-"));
  #process;
  #waiting = new Map();
  #last = 0;

  constructor() {
    const program = join(this.#folder, "homeserver");
    execFileSync("go", ["build", "-o", program, "./homeserver"], { cwd: fileURLToPath(new URL(".", import.meta.url)) });
    this.#process = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      const { id, ...answer } = JSON.parse(line);
      this.#waiting.get(id)(answer);
      this.#waiting.delete(id);
    });
  }

  /** Makes a request, or does something else that main.go knows. */
  do(request) {
    return new Promise((resolve) => {
      const id = ++this.#last;
      this.#waiting.set(id, resolve);
      this.#process.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  login(user, device) {
    return this.do({ login: true, user, device });
  }

  /** What a page or a program uses as fetch, whose access token is "user device". */
  fetch = (url, options) => this.once(url, options);

  async once(url, { method, headers, body } = {}) {
    const [user, device] = headers.authorization.replace("Bearer ", "").split(" ");
    const { pathname, search } = new URL(url);
    const answer = await this.do({ user, device, method, path: pathname + search, ...(body && { body: JSON.parse(body) }) });
    return Response.json(answer.body, { status: answer.status });
  }

  close() {
    this.#process.stdin.end();
    rmSync(this.#folder, { recursive: true });
  }
}
