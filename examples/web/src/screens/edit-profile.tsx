import { Camera } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useAction } from '../api/action';
import { useScreen } from '../api/screen';
import { useUploads } from '../api/upload';
import { graphql } from '../generated';
import type { EditProfileQuery } from '../generated/graphql';
import { say } from '../parts/announcements';
import { Avatar } from '../parts/avatar';
import { Screen } from '../parts/screen';
import { Failed, Skeleton } from '../parts/states';

const EditProfile = graphql(`
  query EditProfile {
    viewer {
      id
      member { id name headline avatarUrl largeAvatarUrl }
      profileFields {
        id
        label
        fieldType
        placeholder
        required
        value
        choiceIds
        choices { id value }
      }
    }
  }
`);

const UpdateProfile = graphql(`
  mutation UpdateProfile($name: String!, $headline: String, $avatar: String, $fields: [ProfileFieldValueInput!]) {
    result: updateProfile(input: { name: $name, headline: $headline, avatar: $avatar, profileFields: $fields }) {
      viewer { id member { id name headline bio location avatarUrl largeAvatarUrl } }
      userErrors { message }
    }
  }
`);

/** What others see of the member who is signed in. */
export default function EditProfileScreen() {
  const { data, error, refetch } = useScreen(EditProfile, { fetchPolicy: 'cache-and-network' });
  return (
    <Screen title="Edit profile" canGoBack>
      {error ? <Failed error={error} retry={refetch} /> : !data?.viewer ? <Skeleton of="profile" count={1} /> : <Form of={data.viewer} />}
    </Screen>
  );
}

type Viewer = NonNullable<EditProfileQuery['viewer']>;
type Fields = Viewer['profileFields'];

function Form({ of: { member, profileFields } }: { of: Viewer }) {
  const [name, setName] = useState(member.name);
  const [headline, setHeadline] = useState(member.headline ?? '');
  const [fields, setFields] = useState<Fields>(profileFields);
  const { uploads, isBusy, add, clear, retry } = useUploads();
  const picture = uploads.at(-1);
  const [update, isSaving] = useAction(UpdateProfile);
  const change = (id: string, values: Partial<Fields[number]>) => setFields(fields.map((field) => (field.id === id ? { ...field, ...values } : field)));

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const changed = fields.filter((field, i) => field !== profileFields[i])
      .map(({ id, value, choices, choiceIds }) => (choices.length > 0 ? { id, choiceIds } : { id, text: value ?? '' }));
    const variables = { name, headline, fields: changed.length > 0 ? changed : null, ...(picture?.signedId && { avatar: picture.signedId }) };
    if (!(await update({ variables }))) return;
    clear();
    say('Profile saved');
    history.back();
  };

  return (
    <form className="card form" onSubmit={(event) => void save(event)}>
      <div className="edit-avatar">
        {picture ? <span className="avatar large"><img src={picture.preview} alt="" /></span> : <Avatar large name={name} url={member.largeAvatarUrl ?? member.avatarUrl} />}
        <label className="button chosen file-button">
          <Camera aria-hidden="true" />Change picture
          <input type="file" accept="image/*" onChange={({ target }) => { clear(); add(target.files ?? []); }} />
        </label>
        {picture && isBusy && <progress aria-label="Uploading" value={picture.progress} />}
        {picture?.problem && <p className="problem" role="alert">{picture.problem} <button type="button" className="button quiet" onClick={() => retry(picture)}>Try again</button></p>}
      </div>
      <label>Name<input required value={name} onChange={({ target }) => setName(target.value)} /></label>
      <label>In a line<input value={headline} onChange={({ target }) => setHeadline(target.value)} /></label>
      {fields.map((field) => <Field key={field.id} of={field} change={(values) => change(field.id, values)} />)}
      <button type="submit" className="button" disabled={isBusy || isSaving}>{isSaving ? 'Saving…' : 'Save'}</button>
    </form>
  );
}

function Field({ of: { label, fieldType, placeholder, required, value, choices, choiceIds }, change }: { of: Fields[number]; change: (values: Partial<Fields[number]>) => void }) {
  const text = { value: value ?? '', placeholder: placeholder ?? undefined, required };
  if (choices.length > 0) {
    const isMany = fieldType === 'checkbox' || fieldType === 'multi_select';
    return (
      <fieldset>
        <legend>{label}</legend>
        {choices.map((choice) => (
          <label key={choice.id} className="line">
            <input
              type={isMany ? 'checkbox' : 'radio'} name={label} checked={choiceIds.includes(choice.id)}
              onChange={({ target }) => change({ choiceIds: isMany ? (target.checked ? [...choiceIds, choice.id] : choiceIds.filter((id) => id !== choice.id)) : [choice.id] })}
            />
            {choice.value}
          </label>
        ))}
      </fieldset>
    );
  }
  return (
    <label>
      {label}
      {fieldType === 'textarea'
        ? <textarea rows={3} {...text} onChange={({ target }) => change({ value: target.value })} />
        : <input type={fieldType === 'number' || fieldType === 'link' ? { number: 'number', link: 'url' }[fieldType] : 'text'} {...text} onChange={({ target }) => change({ value: target.value })} />}
    </label>
  );
}
