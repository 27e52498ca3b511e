import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import type { PreferencesDto } from "./dto/preferences.dto";
import { Preferences } from "./preferences.entity";
import { UsersService } from "./users.service";

@Injectable()
export class PreferencesService {
  constructor(
    @InjectRepository(Preferences) private readonly preferences: Repository<Preferences>,
    private readonly users: UsersService,
  ) {}

  async get(userId: number): Promise<Preferences | null> {
    await this.users.get(userId);
    return this.preferences.findOneBy({ userId });
  }

  async set(userId: number, { newsletter, language }: PreferencesDto): Promise<Preferences> {
    await this.users.get(userId);
    await this.preferences.upsert({ userId, newsletter, language }, ["userId"]);
    return this.preferences.findOneByOrFail({ userId });
  }
}
