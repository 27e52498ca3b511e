import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AdminUsersController } from "./admin-users.controller";
import { SignUpsJob } from "./sign-ups.job";
import { User } from "./user.entity";
import { UserExport } from "./user-export";
import { UsersController } from "./users.controller";
import { UsersService } from "./users.service";

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [UsersController, AdminUsersController],
  providers: [UsersService, UserExport, SignUpsJob],
  exports: [UsersService],
})
export class UsersModule {}
