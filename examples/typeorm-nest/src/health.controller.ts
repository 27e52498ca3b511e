import { Controller, Get, ServiceUnavailableException } from "@nestjs/common";
import { ApiTags } from "@nestjs/swagger";
import { InjectDataSource } from "@nestjs/typeorm";
import { DataSource } from "typeorm";

@ApiTags("health")
@Controller("health")
export class HealthController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get()
  async check(): Promise<{ status: "ok" }> {
    try {
      await this.dataSource.query("SELECT 1");
      return { status: "ok" };
    } catch (cause) {
      throw new ServiceUnavailableException("unavailable", { cause });
    }
  }
}
