import { Injectable } from "@nestjs/common";
import type { DeepPartial } from "typeorm";
import type { CreateUserDto } from "./dto/create-user.dto";
import type { User } from "./user.entity";

@Injectable()
export class UserRows {
  ofDto(dto: CreateUserDto): DeepPartial<User> {
    return { email: dto.email, name: dto.name, city: dto.city };
  }
}
