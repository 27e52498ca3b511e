import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
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
}
