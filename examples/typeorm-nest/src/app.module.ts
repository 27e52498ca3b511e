import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { dataSourceOptions } from "./data-source";
import { HealthController } from "./health.controller";
import { OrdersModule } from "./orders/orders.module";
import { UsersModule } from "./users/users.module";

@Module({
  imports: [TypeOrmModule.forRoot({ ...dataSourceOptions, retryAttempts: 1 }), UsersModule, OrdersModule],
  controllers: [HealthController],
})
export class AppModule {}
