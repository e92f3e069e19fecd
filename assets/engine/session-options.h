// Compiled into TensorFlow.js's addon, in front of each of its sources: a session that it makes takes its settings from
// BACKSTEP_SESSION_CONFIG, a serialized tensorflow.ConfigProto in hexadecimal digits, where that is set. The addon's own
// sources know no settings, and TensorFlow has none of them in a form that could change after its start.
#pragma once

#include <cstdlib>
#include <string>

#include "tensorflow/c/c_api.h"

namespace backstep {

inline TF_SessionOptions *NewSessionOptions() {
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *digits = std::getenv("BACKSTEP_SESSION_CONFIG");
  if (digits == nullptr) return options;
  std::string config;
  for (; digits[0] != '\0' && digits[1] != '\0'; digits += 2) {
    config.push_back(static_cast<char>(std::strtol(std::string(digits, 2).c_str(), nullptr, 16)));
  }
  TF_Status *status = TF_NewStatus();
  // Settings that this version of TensorFlow does not know leave the options as they were.
  TF_SetConfig(options, config.data(), config.size(), status);
  TF_DeleteStatus(status);
  return options;
}

}  // namespace backstep

#define TF_NewSessionOptions backstep::NewSessionOptions
