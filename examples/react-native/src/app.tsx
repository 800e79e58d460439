import { createBottomTabNavigator } from '@react-navigation/bottom-tabs';
import { type LinkingOptions, NavigationContainer } from '@react-navigation/native';
import { createNativeStackNavigator } from '@react-navigation/native-stack';
import { useEffect, useMemo } from 'react';
import { View } from 'react-native';
import { SafeAreaProvider, useSafeAreaInsets } from 'react-native-safe-area-context';
import { Provider } from 'urql';
import { createClient } from './api/client';
import { session, useSession } from './api/session';
import { Bell, House, MessageCircle } from './parts/icons';
import type { Screens, Tabs } from './parts/navigation';
import { useNavigationTheme, useTheme } from './parts/theme';
import { useNewNotifications } from './parts/badge';
import { FeedScreen } from './screens/feed';
import { MessagesScreen } from './screens/messages';
import { NotificationsScreen } from './screens/notifications';
import { PostScreen } from './screens/post';
import { RoomScreen } from './screens/room';
import { SignInScreen } from './screens/sign-in';

const Stack = createNativeStackNavigator<Screens>();
const Tab = createBottomTabNavigator<Tabs>();

// A link, such as one in a push, opens its screen above the feed, so that Back stays in the app.
const linking: LinkingOptions<Screens> = {
  prefixes: ['thornbury://'],
  config: {
    initialRouteName: 'Tabs',
    screens: {
      Tabs: { screens: { Feed: '', Messages: 'messages', Notifications: 'notifications' } },
      Post: 'posts/:id',
      Room: 'rooms/:id',
    },
  },
};

export function App() {
  const current = useSession();
  const { paper } = useTheme();
  useEffect(() => { void session.restore(); }, []);
  return (
    <SafeAreaProvider style={{ backgroundColor: paper }}>
      {current === undefined ? <View /> : current === null ? <SignInScreen /> : <Community key={current.memberId} />}
    </SafeAreaProvider>
  );
}

/** The app of one member. */
function Community() {
  const { client, close } = useMemo(createClient, []);
  useEffect(() => close, [close]);
  const theme = useNavigationTheme();
  const { ink } = useTheme();
  return (
    <Provider value={client}>
      <NavigationContainer linking={linking} theme={theme} documentTitle={{ formatter: (options) => `${options?.title ?? 'Thornbury Lane'} · Thornbury Lane` }}>
        <Stack.Navigator screenOptions={{ headerTintColor: ink, headerBackButtonDisplayMode: 'minimal' }}>
          <Stack.Screen name="Tabs" component={TabsScreen} options={{ headerShown: false }} />
          <Stack.Screen name="Post" component={PostScreen} options={{ title: 'Post' }} />
          <Stack.Screen name="Room" component={RoomScreen} options={({ route }) => ({ title: route.params.name ?? 'Messages' })} />
        </Stack.Navigator>
      </NavigationContainer>
    </Provider>
  );
}

function TabsScreen() {
  const count = useNewNotifications();
  const { berry, inkSoft } = useTheme();
  const { bottom } = useSafeAreaInsets();
  return (
    <Tab.Navigator screenOptions={{ tabBarBadgeStyle: { backgroundColor: berry }, tabBarInactiveTintColor: inkSoft, tabBarLabelStyle: { fontSize: 12 }, tabBarStyle: { height: 58 + bottom } }}>
      <Tab.Screen name="Feed" component={FeedScreen} options={{ title: 'Home', tabBarIcon: House }} />
      <Tab.Screen name="Messages" component={MessagesScreen} options={{ tabBarIcon: MessageCircle }} />
      <Tab.Screen name="Notifications" component={NotificationsScreen} options={{ tabBarIcon: Bell, tabBarBadge: count || undefined }} />
    </Tab.Navigator>
  );
}
