import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { DeepPartial, Repository } from "typeorm";
import type { CreateUserDto } from "./dto/create-user.dto";
import { User } from "./user.entity";

@Injectable()
export class UsersService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  findAll(): Promise<User[]> {
    return this.users.find({ order: { name: "ASC" } });
  }

  async create(dto: CreateUserDto): Promise<User> {
    const user = this.users.create({ email: dto.email, name: dto.name, city: dto.city });
    return this.users.save(user);
  }

  async register({ email, name, city }: CreateUserDto): Promise<User> {
    const user = new User();
    user.email = email.trim();
    user.name = name;
    user.city = city;
    return this.users.save(user);
  }

  async addEach(dtos: CreateUserDto[]): Promise<void> {
    await this.users.insert(dtos.map(({ email, name, city }) => ({ email, name, city })));
  }

  add(part: Partial<User>): Promise<User> {
    return this.users.save({ city: "", ...part });
  }

  addAll(rows: DeepPartial<User>[]): Promise<User[]> {
    return this.users.save(this.users.create(rows));
  }

  async change(email: string, part: Partial<User>): Promise<User> {
    const user = await this.users.findOneByOrFail({ email });
    return this.users.save({ ...user, ...part });
  }
}
