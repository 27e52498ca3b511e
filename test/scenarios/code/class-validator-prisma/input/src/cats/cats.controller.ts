import { Body, Controller, Get, Param, Post } from "@nestjs/common";
import { CatEntity } from "./cat.entity";
import { CreateCatDto } from "./cats.dto";
import { CatsService } from "./cats.service";

@Controller("cats")
export class CatsController {
  constructor(private readonly cats: CatsService) {}

  @Post()
  async create(@Body() dto: CreateCatDto) {
    return new CatEntity(await this.cats.create(dto));
  }

  @Get(":id")
  async find(@Param("id") id: string) {
    return new CatEntity(await this.cats.adopt(Number(id)));
  }
}
