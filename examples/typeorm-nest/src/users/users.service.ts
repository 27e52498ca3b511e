import { Injectable, NotFoundException } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { MoreThan, Repository } from "typeorm";
import type { PageQuery } from "../common/page";
import type { CreateUserDto } from "./dto/create-user.dto";
import type { UpdateUserDto } from "./dto/update-user.dto";
import { User } from "./user.entity";

@Injectable()
export class UsersService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  create(dto: CreateUserDto): Promise<User> {
    const user = this.users.create({ email: dto.email, name: dto.name });
    return this.users.save(user);
  }

  /** Customers of a shop that has joined ours: all of them, or none. */
  async import(users: readonly CreateUserDto[]): Promise<number> {
    const { identifiers } = await this.users.insert(users.map((user) => ({ email: user.email, name: user.name })));
    return identifiers.length;
  }

  /** What the login service calls after a sign-in: the user may be new to the shop. */
  async sync(email: string, name: string): Promise<User> {
    await this.users
      .createQueryBuilder()
      .insert()
      .values({ email, name })
      .orUpdate(["name", "updatedAt"], ["email"])
      .execute();
    return this.users.findOneByOrFail({ email });
  }

  async update(id: number, dto: UpdateUserDto): Promise<User> {
    const { affected } = await this.users.update(id, { email: dto.email, name: dto.name });
    if (affected !== 1) throw new NotFoundException(`User ${id} not found`);
    return this.get(id);
  }

  async get(id: number): Promise<User> {
    const user = await this.users.findOneBy({ id });
    if (!user) throw new NotFoundException(`User ${id} not found`);
    return user;
  }

  list({ after, limit }: PageQuery): Promise<User[]> {
    return this.users.find({ where: { id: MoreThan(after) }, order: { id: "ASC" }, take: limit });
  }

  search(q: string): Promise<User[]> {
    const pattern = `%${q.replaceAll(/[\\%_]/g, "\\$&")}%`;
    return this.users
      .createQueryBuilder("user")
      .select(["user.id", "user.name"])
      .where("user.email ILIKE :pattern OR user.name ILIKE :pattern", { pattern })
      .orderBy("user.name")
      .take(20)
      .getMany();
  }
}
