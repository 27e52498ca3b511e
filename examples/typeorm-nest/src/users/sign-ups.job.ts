import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { MoreThan, Repository } from "typeorm";
import { User } from "./user.entity";

const batchRows = 500;

/** Tells every few seconds who has signed up since the last time. */
@Injectable()
export class SignUpsJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SignUpsJob.name);
  private readonly everyMs = Number(process.env.SIGN_UPS_EVERY_MS ?? 10_000);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private lastId: number | undefined;

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  onApplicationBootstrap(): void {
    this.next(0);
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private next(ms: number): void {
    this.timer = setTimeout(() => {
      this.running = this.look()
        .catch((error: Error) => this.logger.error(error.message))
        // The one that runs while the app ends is the last.
        .then(() => this.timer && this.next(this.everyMs))
        .then(() => undefined);
    }, ms);
  }

  private async look(): Promise<void> {
    // Who was there before we started is no news.
    this.lastId ??= (await this.users.maximum("id")) ?? 0;
    const users = await this.users.find({
      where: { id: MoreThan(this.lastId) },
      order: { id: "ASC" },
      take: batchRows,
    });
    const last = users.at(-1);
    if (last === undefined) return;
    this.lastId = last.id;
    const domains = new Set(users.map((user) => user.email.split("@").at(-1)?.toLowerCase()));
    this.logger.log(`${users.length} sign-ups from ${domains.size} domains, the last one ${last.name}`);
  }
}
