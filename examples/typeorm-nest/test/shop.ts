import { randomUUID } from "node:crypto";
import { after, before } from "node:test";
import type { INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { getRepositoryToken } from "@nestjs/typeorm";
import { Like, type Repository } from "typeorm";
import { AppModule } from "../src/app.module";
import { configureApp } from "../src/configure-app";
import { Order } from "../src/orders/order.entity";
import { User } from "../src/users/user.entity";

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the API answers is looked at by the tests.
  readonly body: any;
}

export interface Shop {
  /** Part of every email of this test file, so that it meets no other rows. */
  readonly mark: string;
  email(who: string): string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  addUser(who: string): Promise<User>;
}

/** The app on the database at DATABASE_URL. What a test adds is removed after its file has run. */
export function openShop(): Shop {
  if (!process.env.DATABASE_URL) throw new Error("DATABASE_URL is not set");
  const mark = randomUUID().slice(0, 8);
  const email = (who: string) => `${who}@${mark}.example.com`;
  let app: INestApplication;

  before(async () => {
    app = await NestFactory.create(AppModule, { logger: ["error"] });
    configureApp(app);
    await app.listen(0, "127.0.0.1");
  });

  after(async () => {
    const users: Repository<User> = app.get(getRepositoryToken(User));
    const orders: Repository<Order> = app.get(getRepositoryToken(Order));
    const mine = { email: Like(`%@${mark}.example.com`) };
    for (const { id } of await users.find({ where: mine, select: { id: true } })) await orders.delete({ userId: id });
    await users.delete(mine);
    await app.close();
  });

  return {
    mark,
    email,
    async call(method, path, body) {
      const response = await fetch(new URL(path, await app.getUrl()), {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, text, body: /^[[{]/.test(text) ? JSON.parse(text) : undefined };
    },
    async addUser(who) {
      const users: Repository<User> = app.get(getRepositoryToken(User));
      const { id } = await users.save({ email: email(who), name: who });
      return users.findOneByOrFail({ id });
    },
  };
}
