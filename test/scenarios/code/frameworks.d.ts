// What the projects of the gallery use of packages that are not installed here.

declare module "next/server" {
  export class NextRequest {
    json(): Promise<unknown>;
    readonly nextUrl: URL;
  }
  export const NextResponse: {
    json<T>(body: T, init?: { status?: number }): { readonly body: T };
  };
}

declare module "next/cache" {
  export function revalidatePath(path: string): void;
}

declare module "@trpc/server" {
  interface Parsed<T> {
    _output?: T;
    parse?(input: unknown): T;
  }
  interface Procedure<C, I, O> {
    input<T>(schema: { parse(input: unknown): T }): Procedure<C, T, O>;
    output<T>(schema: { parse(input: unknown): T }): Procedure<C, I, T>;
    query(run: (options: { ctx: C; input: I }) => O | Promise<O>): Parsed<O>;
    mutation(run: (options: { ctx: C; input: I }) => O | Promise<O>): Parsed<O>;
  }
  export const initTRPC: {
    context<C>(): {
      create(): { procedure: Procedure<C, undefined, unknown>; router<R extends object>(routes: R): R };
    };
  };
}

declare module "express" {
  export interface Request {
    params: Record<string, string>;
    query: Record<string, string>;
    body: Record<string, string>;
  }
  export interface Response {
    status(code: number): Response;
    json(body: unknown): Response;
    send(body: unknown): Response;
  }
  type Handler = (request: Request, response: Response) => unknown;
  export interface Router {
    get(path: string, handler: Handler): Router;
    post(path: string, handler: Handler): Router;
    patch(path: string, handler: Handler): Router;
    use(path: string, router: Router): Router;
  }
  export function Router(): Router;
  export default function express(): Router;
}

declare module "type-graphql" {
  type Decorator = (target: object, name?: string | symbol, descriptor?: object) => void;
  export function ObjectType(): Decorator;
  export function InputType(): Decorator;
  export function Field(type?: (() => unknown) | { nullable?: boolean }, options?: { nullable?: boolean }): Decorator;
  export function Resolver(type?: () => unknown): Decorator;
  export function Query(type: () => unknown): Decorator;
  export function Mutation(type: () => unknown): Decorator;
  export function Arg(name: string): (target: object, name: string | symbol | undefined, index: number) => void;
  export const ID: unique symbol;
  export const Int: unique symbol;
}

declare module "@nestjs/graphql" {
  export * from "type-graphql";
  export function Args(name: string): (target: object, name: string | symbol | undefined, index: number) => void;
}

declare module "@sinclair/typebox" {
  interface Schema<T> {
    static: T;
  }
  export type Static<S extends Schema<unknown>> = S["static"];
  type Shape<P extends Record<string, Schema<unknown>>> = { [K in keyof P]: P[K]["static"] };
  export const Type: {
    Object<P extends Record<string, Schema<unknown>>>(properties: P, options?: object): Schema<Shape<P>>;
    String(options?: object): Schema<string>;
    Integer(options?: object): Schema<number>;
    Optional<T>(schema: Schema<T>): Schema<T | undefined>;
    Array<T>(schema: Schema<T>): Schema<T[]>;
  };
}

declare module "fishery" {
  export class Factory<T> {
    static define<T>(make: (options: { sequence: number; params: Partial<T> }) => T): Factory<T>;
    build(params?: Partial<T>): T;
  }
}

declare module "@faker-js/faker" {
  export const faker: {
    internet: { email(): string };
    person: { fullName(): string };
    company: { name(): string };
    number: { int(options?: { max: number }): number };
  };
}
