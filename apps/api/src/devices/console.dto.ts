import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { DeviceSetup, ReplayWay } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

const DEVICE_CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,50}$/;

export class SetupDto implements DeviceSetup {
  /** `<vendor>/<model>` */
  @IsString() @Matches(/^[a-z0-9-]+\/[a-z0-9-]+$/) @MaxLength(100) driver: string;
  @IsObject() link: Record<string, unknown>;
  @IsObject() config: Record<string, unknown>;
  @IsBoolean() simulated: boolean;
}

export class SetupCheckDto {
  @ValidateNested() @Type(() => SetupDto) setup: SetupDto;
  /** For a device that is still to be added. */
  @IsOptional() @IsString() @MaxLength(64) agentCode?: string;
}

export class SetupChangeDto {
  @ValidateNested() @Type(() => SetupDto) setup: SetupDto;
  /** The revision that is wanted now, as `GET setup` answered it. */
  @IsInt() @Min(0) desired: number;
}

export class RevertDto {
  @IsInt() @Min(1) revision: number;
  @IsInt() @Min(0) desired: number;
}

export class NewDeviceDto {
  @IsString()
  @Matches(DEVICE_CODE, { message: 'must be letters, digits and . _ -, at most 51' })
  code: string;
  @IsString() @Length(1, 64) agentCode: string;
  @ValidateIf((_, value) => value !== null) @IsString() @Length(1, 64) stationCode: string | null;
  @ValidateNested() @Type(() => SetupDto) setup: SetupDto;
}

export class FramesQuery {
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) before?: number;
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(2000) limit?: number;
}

export class RecordingDto {
  /** The first and the last line of the ring that belong to it. */
  @IsInt() @Min(1) from: number;
  @IsInt() @Min(1) to: number;
  @IsString() @IsLine() @Length(1, 80) title: string;
}

export class ReplayDto {
  @IsString() @Length(1, 200_000) yaml: string;
  @IsIn(['codec', 'link']) through: ReplayWay;
}

export class SimulatorActDto {
  @IsString() @Length(1, 40) verb: string;
  @IsArray() args: unknown[];
}

export class DriverChoiceDto {
  @IsString() @MaxLength(100) driver: string;
  @IsString() @MaxLength(64) hash: string;
}
