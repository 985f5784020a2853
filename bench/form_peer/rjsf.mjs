// A page with one form of react-jsonschema-form: window.show(schema, formData), window.submit().
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { createElement, createRef } from "react";
import { createRoot } from "react-dom/client";

const root = createRoot(document.getElementById("root"));
const form = createRef();

window.show = (schema, formData) => {
  const properties = { schema, formData, validator, ref: form, liveValidate: "onBlur", focusOnFirstError: true, useFallbackUiForUnsupportedType: true };
  root.render(createElement(Form, properties));
};
