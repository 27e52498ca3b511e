import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { Repository } from "typeorm";
import type { CreateUserDto } from "./dto/create-user.dto";
import { User } from "./user.entity";
import { UserRows } from "./user-rows";

const guestOf = (email: string) => ({ email, name: "Guest", city: "" });

@Injectable()
export class UsersImporter {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly rows: UserRows,
  ) {}

  async importAll(dtos: CreateUserDto[]): Promise<void> {
    await this.users.insert(dtos.map((dto) => this.rows.ofDto(dto)));
  }

  importOne(line: string): Promise<User> {
    return this.users.save(this.users.create(this.ofLine(line)));
  }

  addGuest(email: string): Promise<User> {
    return this.users.save(guestOf(email));
  }

  private ofLine(line: string) {
    const [email = "", name = "", city = ""] = line.split(";");
    return { email, name, city };
  }
}
