import { TextInput, type TextInputProps } from '@mantine/core';

/** The name of a model that is yet to be made. */
export function ModelNameInput(props: TextInputProps) {
  return (
    <TextInput
      label="Name"
      description="As on a hub: a namespace and a name, or only a name."
      placeholder="our-team/sentiment-small"
      required
      withAsterisk={false}
      maxLength={193}
      spellCheck={false}
      autoComplete="off"
      {...props}
    />
  );
}
