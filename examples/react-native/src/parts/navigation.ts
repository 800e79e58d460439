import type { BottomTabScreenProps } from '@react-navigation/bottom-tabs';
import type { CompositeScreenProps, NavigatorScreenParams } from '@react-navigation/native';
import type { NativeStackScreenProps } from '@react-navigation/native-stack';

export type Tabs = { Feed: undefined; Messages: undefined; Notifications: undefined };
export type Screens = { Tabs: NavigatorScreenParams<Tabs>; Post: { id: string }; Room: { id: string; name?: string } };

export type TabProps<Name extends keyof Tabs> = CompositeScreenProps<BottomTabScreenProps<Tabs, Name>, NativeStackScreenProps<Screens>>;
export type ScreenProps<Name extends keyof Screens> = NativeStackScreenProps<Screens, Name>;
