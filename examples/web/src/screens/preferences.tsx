import { useState } from 'react';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { graphql } from '../generated';
import type { NotificationMedium, SpaceNotificationChoice } from '../generated/graphql';
import { Choice } from '../parts/choice';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const Preferences = graphql(`
  query Preferences($medium: NotificationMedium!) {
    viewer {
      id
      notificationPreferences(medium: $medium) {
        types { type label isEnabled }
        spaces { id spaceName choice isChatSpace space { id } }
      }
    }
  }
`);

const UpdatePreference = graphql(`
  mutation UpdatePreference($medium: NotificationMedium!, $type: NotificationType!, $enabled: Boolean!) {
    result: updateNotificationPreference(input: { medium: $medium, type: $type, enabled: $enabled }) { userErrors { message } }
  }
`);
const UpdateSpacePreference = graphql(`
  mutation UpdateSpacePreference($medium: NotificationMedium!, $space: ID!, $choice: SpaceNotificationChoice!) {
    result: updateSpaceNotificationPreference(input: { medium: $medium, spaceId: $space, choice: $choice }) { userErrors { message } }
  }
`);

const media: [NotificationMedium, string][] = [['IN_APP', 'In the app'], ['PUSH', 'In the browser'], ['MOBILE', 'On the phone']];
const choices: [SpaceNotificationChoice, string][] = [['ALL', 'Everything'], ['MENTION', 'Mentions'], ['NEVER', 'Nothing']];

/** What a member wants to hear of, and where. */
export default function PreferencesScreen() {
  const [medium, setMedium] = useState<NotificationMedium>('IN_APP');
  const { data, error, refetch } = useScreen(Preferences, { variables: { medium }, fetchPolicy: 'cache-and-network' });
  const [update] = useAction(UpdatePreference);
  const [updateSpace] = useAction(UpdateSpacePreference);
  const [wanted, setWanted] = useState<Record<string, unknown>>({}); // until it is so
  const want = async (key: string, value: unknown, run: () => Promise<unknown>) => {
    setWanted((all) => ({ ...all, [key]: value }));
    await run();
    await refetch();
    setWanted((all) => ({ ...all, [key]: undefined }));
  };
  const preferences = data?.viewer?.notificationPreferences;
  return (
    <Screen title="What I hear of" canGoBack>
      <Choice label="Where" of={media} value={medium} choose={setMedium} />
      {error ? <Failed error={error} retry={refetch} /> : !preferences ? <Skeleton of="row" count={6} /> : (
        <>
          <ul className="card settings">
            {preferences.types.map(({ type, label, isEnabled }) => (
              <li key={label}>
                <label className="line">
                  <span>{label}</span>
                  <input
                    type="checkbox" checked={(wanted[label] ?? isEnabled) as boolean} disabled={type === 'UNKNOWN'}
                    onChange={({ target: { checked } }) => void want(label, checked, () => update({ variables: { medium, type, enabled: checked } }))}
                  />
                </label>
              </li>
            ))}
          </ul>
          {preferences.spaces.length > 0 && <h2 className="list-head">In spaces</h2>}
          <ul className="card settings">
            {preferences.spaces.map(({ id, spaceName, choice, space }) => (
              <li key={id}>
                <label className="line">
                  <span>{spaceName}</span>
                  <select
                    value={(wanted[id] ?? choice) as SpaceNotificationChoice}
                    onChange={({ target }) => { const next = target.value as SpaceNotificationChoice; void want(id, next, () => updateSpace({ variables: { medium, space: space.id, choice: next } })); }}
                  >
                    {choices.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
                  </select>
                </label>
              </li>
            ))}
          </ul>
        </>
      )}
    </Screen>
  );
}
