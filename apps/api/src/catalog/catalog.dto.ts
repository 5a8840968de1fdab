import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import type { NewItem } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';
import { TRACKING } from './item-faults.js';

export class BarcodeDto {
  @IsString() @Length(4, 48) code: string;
  /** Units in the pack that carries it; 1 unless said. */
  @IsOptional() @IsInt() @Min(1) @Max(10_000) quantity?: number;
}

export class NewItemDto implements NewItem {
  @IsOptional() @IsString() @Length(1, 16) merchantCode?: string;
  @IsString() @Length(1, 48) sku: string;
  @IsString() @IsLine() @Length(1, 200) name: string;
  @IsInt() @Min(1) @Max(5_000) lengthMm: number;
  @IsInt() @Min(1) @Max(5_000) widthMm: number;
  @IsInt() @Min(1) @Max(5_000) heightMm: number;
  @IsInt() @Min(1) @Max(1_000_000) weightGrams: number;
  @IsOptional() @IsIn(TRACKING) tracking?: NewItem['tracking'];
  @IsOptional() @IsBoolean() fragile?: boolean;
  @IsArray() @ArrayMaxSize(20) @ValidateNested({ each: true }) @Type(() => BarcodeDto) barcodes: BarcodeDto[];
}

export class ItemQueryDto {
  @IsOptional() @IsString() @Length(1, 16) merchant?: string;
  @IsOptional() @IsString() @Length(1, 64) search?: string;
  @IsOptional() @IsUUID() cursor?: string;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
}
