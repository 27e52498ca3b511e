import { Injectable } from "@nestjs/common";
import { PrismaService } from "../prisma.service";
import type { CreateCatDto, UpdateCatDto } from "./cats.dto";

@Injectable()
export class CatsService {
  constructor(private readonly prisma: PrismaService) {}

  create(dto: CreateCatDto) {
    return this.prisma.cat.create({ data: { name: dto.name, color: dto.color, age: dto.age } });
  }

  update(id: number, dto: UpdateCatDto) {
    return this.prisma.cat.update({ where: { id }, data: dto });
  }

  adopt(id: number) {
    return this.prisma.cat.findUniqueOrThrow({ where: { id } });
  }
}
