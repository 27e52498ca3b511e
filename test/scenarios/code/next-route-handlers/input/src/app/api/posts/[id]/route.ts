import { type NextRequest, NextResponse } from "next/server";
import { prisma } from "@/lib/prisma";

export async function GET(_request: NextRequest, { params }: { params: { id: string } }) {
  const post = await prisma.post.findUnique({
    where: { id: Number(params.id) },
    select: { id: true, title: true, author: { select: { id: true, name: true } } },
  });
  return NextResponse.json(post);
}
