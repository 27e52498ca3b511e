import { column } from "./change.js";
import type { Call } from "./request.js";

/** What the shop's users do: 60 % read a user, 25 % rename one, 15 % sign up. The same calls in the same order for both ways. */
export class Traffic {
  readonly #random = seeded(20_260_301);
  readonly #created: number[] = [];
  #signUps = 0;

  constructor(private readonly users: number) {}

  next(): Call {
    const dice = this.#random();
    if (dice < 0.54) return { method: "GET", path: `/users/${this.#someone()}` };
    // Support looks at whole rows: there a column without its value would show.
    if (dice < 0.6) return { method: "GET", path: `/admin/users/${this.#someone()}` };
    if (dice < 0.85) {
      const name = `Renamed ${Math.floor(this.#random() * 1_000)}`;
      return { method: "PATCH", path: `/users/${this.#someone()}`, body: { name } };
    }
    const n = ++this.#signUps;
    return { method: "POST", path: "/users", body: { email: `New.Customer.${n}@example.com`, name: `Customer ${n}` } };
  }

  /** Users that have just signed up are looked at as well: they were written by whichever build was there. */
  learn(call: Call, answer: string): void {
    if (call.method !== "POST") return;
    const id = /"id":(\d+)/.exec(answer)?.[1];
    if (id !== undefined) this.#created.push(Number(id));
  }

  #someone(): number {
    if (this.#created.length > 0 && this.#random() < 0.2)
      return this.#created[Math.floor(this.#random() * this.#created.length)] ?? 1;
    return 1 + Math.floor(this.#random() * this.users);
  }
}

/** Whether an answer shows the new column without a value. */
export function isHalfFilled(answer: string): boolean {
  return answer.includes(`"${column}":null`);
}

/** mulberry32: small, and good enough to pick users. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
