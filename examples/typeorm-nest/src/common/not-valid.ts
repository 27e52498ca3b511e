import { BadRequestException, type ValidationError } from "@nestjs/common";

interface Issue {
  readonly path: string;
  readonly message: string;
}

/** The answer to a request that is not valid: it says where. */
export function notValid(errors: ValidationError[]): BadRequestException {
  return new BadRequestException({ error: "The request is not valid", issues: issuesOf(errors, "") });
}

function issuesOf(errors: readonly ValidationError[], prefix: string): Issue[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const path = `${prefix}${property}`;
    // The decorator on top: what the value is at all, before how long or how large.
    const message = Object.values(constraints).at(-1);
    return [...(message === undefined ? [] : [{ path, message }]), ...issuesOf(children, `${path}.`)];
  });
}
