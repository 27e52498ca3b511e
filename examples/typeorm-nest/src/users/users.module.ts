import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AdminUsersController } from "./admin-users.controller";
import { PreferencesController } from "./preferences.controller";
import { Preferences } from "./preferences.entity";
import { PreferencesService } from "./preferences.service";
import { SignUpsJob } from "./sign-ups.job";
import { User } from "./user.entity";
import { UserExport } from "./user-export";
import { UsersController } from "./users.controller";
import { UsersService } from "./users.service";

@Module({
  imports: [TypeOrmModule.forFeature([User, Preferences])],
  controllers: [UsersController, PreferencesController, AdminUsersController],
  providers: [UsersService, PreferencesService, UserExport, SignUpsJob],
  exports: [UsersService],
})
export class UsersModule {}
