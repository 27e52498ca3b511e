import { PickType } from "@nestjs/swagger";
import { CreateUserDto } from "./create-user.dto";

export class UserEmailParams extends PickType(CreateUserDto, ["email"]) {}

export class SyncUserDto extends PickType(CreateUserDto, ["name"]) {}
